"""How good the predictions are: realised once labels come, estimated before."""

from models.performance.bands import Band, band_of_mean, banded
from models.performance.estimate import Estimate, estimate
from models.performance.follow import Following, follow
from models.performance.judged import Judged
from models.performance.learned import LossModel, Taught, correction, learn
from models.performance.said import Said
from models.performance.scores import SCORES, Scores, score

__all__ = [
    "SCORES",
    "Band",
    "Estimate",
    "Following",
    "Judged",
    "LossModel",
    "Said",
    "Scores",
    "Taught",
    "band_of_mean",
    "banded",
    "correction",
    "estimate",
    "follow",
    "learn",
    "score",
]
