"""A stage is read into a memory and answered from it: nothing is fitted, one forward pass."""

from models.learners.memory.learner import Memory

__all__ = ["Memory"]
