"""Alarms by ISA-18.2, pure: states, delays, kinds with their rules, incidents, rates. Knows no store and no clock."""

from qc_app.alarming.incidents import MERGE, Joint, joint_of
from qc_app.alarming.kinds import GROUPS, KINDS, Rule, rule_of
from qc_app.alarming.states import AlarmEvent, AlarmState, Standing, after, settled
from qc_app.alarming.timing import at_level, escalated

__all__ = [
    "GROUPS",
    "KINDS",
    "MERGE",
    "AlarmEvent",
    "AlarmState",
    "Joint",
    "Rule",
    "Standing",
    "after",
    "at_level",
    "escalated",
    "joint_of",
    "rule_of",
    "settled",
]
