"""What the names of stages say of their levels: sizes, positions, states and weeks are written into them."""

from models.learners.parts.named.place import HERE, Place
from models.learners.parts.named.rules import Named, learn

__all__ = ["HERE", "Named", "Place", "learn"]
