"""The yardstick for what to measure next: policies compared on real stages."""

from models.bench.labels.foretold import Foretold, foretell, foretold_table
from models.bench.labels.outcome import Outcome, Walked, plot, reached, sentences, tables
from models.bench.labels.run import POLICIES, SIZES, compare
from models.bench.labels.walk import Ground, Way, walk

__all__ = [
    "POLICIES",
    "SIZES",
    "Foretold",
    "Ground",
    "Outcome",
    "Walked",
    "Way",
    "compare",
    "foretell",
    "foretold_table",
    "plot",
    "reached",
    "sentences",
    "tables",
    "walk",
]
