"""Warm start: settings that worked for tasks like this one, decided by the stage's own labels."""

from models.learners.warm_start.learner import WarmStart

__all__ = ["WarmStart"]
