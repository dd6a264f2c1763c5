"""Run rules: what a rule is, the published sets, and the signals they give."""

from models.spc.rules.rule import Rule
from models.spc.rules.sets import (
    AIAG,
    DEFAULT,
    MONTGOMERY,
    NELSON,
    RULE_SETS,
    RULES,
    WESTERN_ELECTRIC,
    WESTGARD,
    rules_named,
)
from models.spc.rules.signals import run_signals

__all__ = [
    "AIAG",
    "DEFAULT",
    "MONTGOMERY",
    "NELSON",
    "RULES",
    "RULE_SETS",
    "WESTERN_ELECTRIC",
    "WESTGARD",
    "Rule",
    "rules_named",
    "run_signals",
]
