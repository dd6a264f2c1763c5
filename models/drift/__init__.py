"""Drift: has something moved, what, and does it matter."""

from models.drift.dependence import correlation_time
from models.drift.distance import Distance, benjamini_hochberg, chi_square, ks, psi, shift_size
from models.drift.inputs import inputs, output
from models.drift.relation import relation
from models.drift.sensors import Fault, sensor_faults
from models.drift.verdict import Summary, Verdict, no_verdict, summarize

__all__ = [
    "Distance",
    "Fault",
    "Summary",
    "Verdict",
    "benjamini_hochberg",
    "chi_square",
    "correlation_time",
    "inputs",
    "ks",
    "no_verdict",
    "output",
    "psi",
    "relation",
    "sensor_faults",
    "shift_size",
    "summarize",
]
