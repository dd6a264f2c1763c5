"""Drift: has something moved, what, and does it matter."""

from models.drift.choice import choose
from models.drift.contexts import Contexts, InContext
from models.drift.dependence import correlation_time, level_time
from models.drift.discovery import benjamini_hochberg, benjamini_yekutieli
from models.drift.distances import Distance, chi_square, energy, jensen_shannon, ks, level, psi, shift_size, wasserstein
from models.drift.examine import Examination, Rule, Windows, by_effect, examine
from models.drift.inputs import inputs, output
from models.drift.relation import relation
from models.drift.sensors import Fault, clock_fault, sensor_faults
from models.drift.together import classifier, mmd, reconstruction
from models.drift.verdict import Summary, Verdict, no_verdict, summarize

__all__ = [
    "Contexts",
    "Distance",
    "Examination",
    "Fault",
    "InContext",
    "Rule",
    "Summary",
    "Verdict",
    "Windows",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "by_effect",
    "chi_square",
    "choose",
    "classifier",
    "clock_fault",
    "correlation_time",
    "energy",
    "examine",
    "inputs",
    "jensen_shannon",
    "ks",
    "level",
    "level_time",
    "mmd",
    "no_verdict",
    "output",
    "psi",
    "reconstruction",
    "relation",
    "sensor_faults",
    "shift_size",
    "summarize",
    "wasserstein",
]
