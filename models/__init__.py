"""What can be learned and judged from arrays."""

from models.base import Adapted, Learner, Prediction, Task
from models.catalog import learner_names, load_learner, make_learner
from models.state import State

__all__ = ["Adapted", "Learner", "Prediction", "State", "Task", "learner_names", "load_learner", "make_learner"]
