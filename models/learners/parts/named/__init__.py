"""What the names of stages say of their levels: sizes, positions, states and weeks are written into them."""

from models.learners.parts.named.place import Place
from models.learners.parts.named.rules import Named, learn
from models.learners.parts.named.slots import pieces

__all__ = ["Named", "Place", "learn", "pieces"]
