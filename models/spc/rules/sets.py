"""The published sets of run rules, by name.

Sources: Western Electric, Statistical Quality Control Handbook (1956), pp. 25-28; L. S. Nelson, "The Shewhart control
chart - tests for special causes", Journal of Quality Technology 16 (1984) 237-239; AIAG, Statistical Process Control,
2nd ed. (2005), table II.1; Montgomery, Introduction to Statistical Quality Control, table of sensitizing rules (ch. 5);
Westgard, Barry, Hunt & Groth, Clinical Chemistry 27 (1981) 493-501.

The sets differ less than their names: AIAG is Nelson's with seven points on a side instead of nine, Montgomery's has
eight. Each keeps its own names, so that a signal says the rule of the book that the plant works by.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from types import MappingProxyType

from models.errors import UnknownName
from models.spc.rules.rule import Rule, beyond, beyond_one, rising_falling, turning, within_one


def _eight(prefix: str, side: int, order: tuple[int, ...]) -> tuple[Rule, ...]:
    """Nelson's eight tests with `side` points in a row on one side, numbered in a book's own order."""
    words = {6: "six", 7: "seven", 8: "eight", 9: "nine"}
    tests = (
        ("one point beyond 3 sigma", 1, 1, beyond(3), True),
        (f"{words[side]} points in a row on one side of the centre line", side, side, beyond(0), True),
        ("six points in a row steadily rising or falling", 5, 5, rising_falling, False),
        ("fourteen points in a row alternating up and down", 12, 12, turning, False),
        ("two of three points beyond 2 sigma on one side", 2, 3, beyond(2), True),
        ("four of five points beyond 1 sigma on one side", 4, 5, beyond(1), True),
        ("fifteen points in a row within 1 sigma", 15, 15, within_one, True),
        ("eight points in a row beyond 1 sigma, on either side", 8, 8, beyond_one, True),
    )
    return tuple(Rule(f"{prefix}{n}", *tests[test - 1]) for n, test in enumerate(order, 1))


_WE = (
    Rule("we1", "one point beyond 3 sigma", 1, 1, beyond(3)),
    Rule("we2", "two of three points beyond 2 sigma on one side", 2, 3, beyond(2)),
    Rule("we3", "four of five points beyond 1 sigma on one side", 4, 5, beyond(1)),
    Rule("we4", "eight points in a row on one side of the centre line", 8, 8, beyond(0)),
)
_WESTGARD = (
    Rule("westgard_1_3s", "one point beyond 3 sigma", 1, 1, beyond(3)),
    Rule("westgard_2_2s", "two points in a row beyond 2 sigma on one side", 2, 2, beyond(2)),
    Rule("westgard_r_4s", "two points in a row beyond 2 sigma on opposite sides", 2, 2, beyond(2), crossed=True),
    Rule("westgard_4_1s", "four points in a row beyond 1 sigma on one side", 4, 4, beyond(1)),
    Rule("westgard_10_x", "ten points in a row on one side of the centre line", 10, 10, beyond(0)),
)
_WARNING = Rule("westgard_1_2s", "one point beyond 2 sigma (a warning)", 1, 1, beyond(2))
_ALL = (
    *_eight("nelson", 9, (1, 2, 3, 4, 5, 6, 7, 8)),
    *_WE,
    *_eight("aiag", 7, (1, 2, 3, 4, 5, 6, 7, 8)),
    *_eight("montgomery", 8, (1, 5, 6, 2, 3, 7, 4, 8)),
    *_WESTGARD,
    _WARNING,
)
RULES = MappingProxyType({rule.name: rule for rule in _ALL})


def _named(prefix: str) -> tuple[str, ...]:
    return tuple(name for name in RULES if name.startswith(prefix))


NELSON, AIAG, MONTGOMERY = _named("nelson"), _named("aiag"), _named("montgomery")
WESTERN_ELECTRIC = tuple(rule.name for rule in _WE)
WESTGARD = tuple(rule.name for rule in _WESTGARD)
"""Without the warning 1-2s, which asks to look at the others and rejects nothing."""
RULE_SETS = MappingProxyType(
    {"Nelson": NELSON, "Western Electric": WESTERN_ELECTRIC, "AIAG": AIAG, "Montgomery": MONTGOMERY}
    | {"Westgard": WESTGARD}
)
DEFAULT = ("nelson1", "nelson2")


def rules_named(names: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules of these names, in this order.

    Raises
    ------
    UnknownName
        With the nearest name.

    Examples
    --------
    >>> [rule.text for rule in rules_named(["we1"])]
    ['one point beyond 3 sigma']
    >>> rules_named(["nelson9"])
    Traceback (most recent call last):
    models.errors.UnknownName: no run rule 'nelson9' - did you mean 'nelson8'? (nelson, we, aiag, montgomery, westgard)
    """
    chosen = []
    for name in names:
        if name not in RULES:
            near = difflib.get_close_matches(name, sorted(RULES, reverse=True), n=1) or ["nelson1"]
            raise UnknownName(
                f"no run rule {name!r} - did you mean {near[0]!r}? (nelson, we, aiag, montgomery, westgard)"
            )
        chosen.append(RULES[name])
    return tuple(chosen)
