"""The yardstick for what to measure next: policies compared on real stages."""

from models.bench.labels.outcome import Outcome, Walked, plot, reached, sentences, tables
from models.bench.labels.run import POLICIES, SIZES, compare
from models.bench.labels.walk import Ground, Way, walk

__all__ = [
    "POLICIES",
    "SIZES",
    "Ground",
    "Outcome",
    "Walked",
    "Way",
    "compare",
    "plot",
    "reached",
    "sentences",
    "tables",
    "walk",
]
