"""A recurrent policy that chooses what to measure next; its hidden state carries what was seen of the stage."""

from models.learners.rl2.learner import RL2

__all__ = ["RL2"]
