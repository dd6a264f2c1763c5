"""Why a model says what it says: contributions, strangeness, precedents, moves, and what moved a mean."""

from models.explain.change import Change, change
from models.explain.moves import Move, moves
from models.explain.nearest import Nearby, nearest
from models.explain.oddity import Oddity, oddity
from models.explain.relevance import relevance
from models.explain.shapley import Attribution, attribute
from models.explain.unit import Explained, Explainer
from models.explain.walks import means_of

__all__ = [
    "Attribution",
    "Change",
    "Explained",
    "Explainer",
    "Move",
    "Nearby",
    "Oddity",
    "attribute",
    "change",
    "means_of",
    "moves",
    "nearest",
    "oddity",
    "relevance",
]
