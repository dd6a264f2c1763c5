"""What to measure next, how many labels more, and what one is worth."""

from models.labels.policies import Pick, Policy, by_information, policy_named
from models.labels.queue import SHARE, queue

__all__ = ["SHARE", "Pick", "Policy", "by_information", "policy_named", "queue"]
