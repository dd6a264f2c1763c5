"""Learning on without forgetting: a bounded memory of stages, and a guard over what old families are answered."""

from models.continual.forgetting import Forgetting, forgotten
from models.continual.memory import aside, remember, taught

__all__ = ["Forgetting", "aside", "forgotten", "remember", "taught"]
