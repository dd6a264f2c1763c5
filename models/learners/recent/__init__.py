"""Recent labels count more: a level that wanders, and one that stays until it jumps."""

from models.learners.recent.learner import Recent

__all__ = ["Recent"]
