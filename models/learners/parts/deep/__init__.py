"""What learners that are networks share: inputs, episodes, an ensemble with a net that never saw each stage."""

from models.learners.parts.deep.learner import Deep
from models.learners.parts.deep.nets import Params, Stack
from models.learners.parts.deep.training import Episode, Training

__all__ = ["Deep", "Episode", "Params", "Stack", "Training"]
