"""What to measure next, how many labels more, and what one is worth."""

from models.labels.curves import SIZES, Curves, learn_curves
from models.labels.left_out import LeftOut, left_out
from models.labels.outlook import FEWEST_SISTERS, Outlook, Point, outlook
from models.labels.policies import ADVISERS, Pick, Policy, by_information, policy_named
from models.labels.queue import SHARE, queue
from models.labels.worth import Costs, Process, Worth, worth

__all__ = [
    "ADVISERS",
    "FEWEST_SISTERS",
    "SHARE",
    "SIZES",
    "Costs",
    "Curves",
    "LeftOut",
    "Outlook",
    "Pick",
    "Point",
    "Policy",
    "Process",
    "Worth",
    "by_information",
    "learn_curves",
    "left_out",
    "outlook",
    "policy_named",
    "queue",
    "worth",
]
