"""Words for what is kept as a code: roles, tiers, states; an unknown code is shown as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import polars as pl

from qc_app.language import later, tr

_ROLES = MappingProxyType(
    {
        "viewer": later("viewer"),
        "operator": later("operator"),
        "engineer": later("engineer"),
        "approver": later("approver"),
        "administrator": later("administrator"),
    }
)
_TIERS = MappingProxyType(
    {
        "champion": later("champion"),
        "previous": later("previous"),
        "baseline": later("baseline"),
        "none": later("none"),
    }
)
_DRIFTS = MappingProxyType({"drift": later("drift"), "none": later("none"), "unknown": later("unknown")})

_DISPOSITIONS = MappingProxyType(
    {
        "hold": later("hold"),
        "use as is": later("use as is"),
        "rework": later("rework"),
        "regrade": later("regrade"),
        "scrap": later("scrap"),
    }
)
_PRIORITIES = MappingProxyType({"high": later("high"), "medium": later("medium"), "low": later("low")})

_ALARM_STATES = MappingProxyType(
    {
        "normal": later("normal"),
        "unacknowledged": later("unacknowledged"),
        "acknowledged": later("acknowledged"),
        "returned": later("returned"),
        "shelved": later("shelved"),
        "suppressed": later("suppressed"),
        "out_of_service": later("out of service"),
    }
)
_ALARM_EVENTS = MappingProxyType(
    {
        "raise": later("raise"),
        "return": later("return"),
        "acknowledge": later("acknowledge"),
        "shelve": later("shelve"),
        "unshelve": later("unshelve"),
        "suppress": later("suppress"),
        "unsuppress": later("unsuppress"),
        "remove": later("remove"),
        "restore": later("restore"),
    }
)
_ALARM_KINDS = MappingProxyType(
    {
        "predicted_out_of_spec": later("predicted out of spec"),
        "measured_out_of_spec": later("measured out of spec"),
        "control_rule": later("control rule"),
        "anomaly": later("anomaly"),
        "drift": later("drift"),
        "bad_data": later("bad data"),
        "stale_source": later("stale source"),
        "late_labels": later("late labels"),
        "gauge_overdue": later("gauge overdue"),
        "model_off": later("model off"),
        "model_stale": later("model stale"),
        "learner_degraded": later("learner degraded"),
        "conservation": later("conservation"),
        "new_column": later("new column"),
        "renamed": later("renamed"),
        "unit_changed": later("unit changed"),
        "type_changed": later("type changed"),
        "column_missing": later("column missing"),
        "step_failed": later("step failed"),
        "night_missed": later("night missed"),
        "scheduler_down": later("scheduler down"),
        "not_told": later("not told"),
        "disk": later("disk"),
        "backup_overdue": later("backup overdue"),
        "certificate": later("certificate"),
    }
)


#: What stands as a code within other sentences.
CODES = (*_ROLES.values(), *_TIERS.values(), *_ALARM_STATES.values())


def alarm_state(state: str) -> str:
    """Return a state of an alarm, by ISA-18.2 as it is said here.

    Examples
    --------
    >>> alarm_state("out_of_service")
    'out of service'
    """
    return _word(_ALARM_STATES, state)


def alarm_event(event: str) -> str:
    """Return what happened to an alarm."""
    return _word(_ALARM_EVENTS, event)


_ABOUT = MappingProxyType({"inputs": later("inputs")})


def alarm_about(subject: str) -> str:
    """Return what an alarm is about: inputs as a whole in words, a name as it is.

    Examples
    --------
    >>> alarm_about("inputs"), alarm_about("thickness")
    ('inputs', 'thickness')
    """
    return _word(_ABOUT, subject)


def alarm_kind(kind: str) -> str:
    """Return a kind of alarm; one that this program does not know, in its own words.

    Examples
    --------
    >>> alarm_kind("control_rule"), alarm_kind("own_kind")
    ('control rule', 'own kind')
    """
    return tr(_ALARM_KINDS[kind]) if kind in _ALARM_KINDS else kind.replace("_", " ")


def alarm_kinds(table: pl.DataFrame) -> list[pl.Series]:
    """Return the column of kinds of alarms in words."""
    return told_columns(table, alarm_kind, "kind")


def alarm_states(column: str = "state") -> pl.Expr:
    """Return a column of states of alarms in words."""
    return in_words(column, _ALARM_STATES)


_STATUSES = MappingProxyType(
    {
        "done": later("done"),
        "failed": later("failed"),
        "running": later("running"),
        "skipped": later("skipped"),
    }
)
_ACCOUNTS = MappingProxyType(
    {
        "active": later("active"),
        "disabled": later("disabled"),
        "locked": later("locked"),
        "invited": later("invited"),
        "code_over": later("code is over"),
    }
)


def role_word(role: str) -> str:
    """Return what a role is called.

    Examples
    --------
    >>> role_word("engineer"), role_word("owner")
    ('engineer', 'owner')
    """
    return _word(_ROLES, role)


def tier_word(tier: str) -> str:
    """Return what answers a unit is called: the champion, the model before it, the stage's level, nothing."""
    return _word(_TIERS, tier)


def drift_word(verdict: str) -> str:
    """Return a verdict on drift in a word."""
    return _word(_DRIFTS, verdict)


def disposition_word(verdict: str) -> str:
    """Return what is done with a unit, as it is called."""
    return _word(_DISPOSITIONS, verdict)


def priority_word(priority: str) -> str:
    """Return a priority of an alarm."""
    return _word(_PRIORITIES, priority)


def priorities(column: str = "priority") -> pl.Expr:
    """Return a column of priorities in words."""
    return in_words(column, _PRIORITIES)


def dispositions(column: str = "verdict") -> pl.Expr:
    """Return a column of dispositions in words."""
    return in_words(column, _DISPOSITIONS)


def tiers(column: str = "tier") -> pl.Expr:
    """Return a column of tiers in words."""
    return in_words(column, _TIERS)


def drifts(column: str = "drift") -> pl.Expr:
    """Return a column of verdicts on drift in words."""
    return in_words(column, _DRIFTS)


def status_word(status: str) -> str:
    """Return how a run ended, in a word."""
    return _word(_STATUSES, status)


def worded_accounts(table: pl.DataFrame) -> pl.DataFrame:
    """Return accounts with their roles and states in words."""
    return table.with_columns(in_words("role", _ROLES), in_words("state", _ACCOUNTS))


def _word(words: Mapping[str, str], code: str) -> str:
    return tr(words[code]) if code in words else code


def in_words(column: str, words: Mapping[str, str]) -> pl.Expr:
    """Return a column of codes in words; an unknown code is shown as it is."""
    return pl.col(column).replace({code: tr(word) for code, word in words.items()}).alias(column)


def told_columns(table: pl.DataFrame, words: Callable[[str], str], *columns: str) -> list[pl.Series]:
    """Return columns whose texts a function of Python tells; what is missing stays missing.

    Here and not in an expression: those call back on polars' own few threads, which then wait for the interpreter
    while a page that has it waits for them, and every page of the plant stands still for good.

    Examples
    --------
    >>> told_columns(pl.DataFrame({"kind": ["a", None]}), str.upper, "kind")[0].to_list()
    ['A', None]
    """
    return [
        pl.Series(name, [None if text is None else words(text) for text in table[name]], pl.String) for name in columns
    ]
