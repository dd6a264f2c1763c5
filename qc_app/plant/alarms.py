"""What a plant says about its alarms: how each kind is treated, site-wide or at one stage, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

from data_connectors.references import is_reference
from qc_app.alarming import KINDS, Rule, rule_of
from qc_app.alarming.kinds import PRIORITIES
from qc_app.errors import PlantError
from qc_app.plant.nearest import nearest

_OPEN_SCHEMES = {"mailto", "mailtos"}


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """What a plant changes in the rule of one kind; what is None stays as `qc_app.alarming.KINDS` says.

    Parameters
    ----------
    kind : str
        A key of `qc_app.alarming.KINDS`.
    stage : str
        Empty: everywhere.
    priority, consequence, response, on_delay_s, off_delay_s, dead_band, escalate_after_s, suppressed_by, enabled
        As in `qc_app.alarming.Rule`.

    Raises
    ------
    PlantError
        If there is no such kind or priority, or a number is out of its range.

    Examples
    --------
    >>> AlarmRule("drft")
    Traceback (most recent call last):
    qc_app.errors.PlantError: alarms.drft: there is no kind of alarm 'drft' - did you mean 'drift'?
    """

    kind: str
    stage: str = ""
    priority: str | None = None
    consequence: str | None = None
    response: tuple[str, ...] | None = None
    on_delay_s: float | None = None
    off_delay_s: float | None = None
    dead_band: float | None = None
    escalate_after_s: float | None = None
    suppressed_by: tuple[str, ...] | None = None
    enabled: bool | None = None

    def __post_init__(self) -> None:
        """Check names and ranges."""
        where = f"alarms.{self.kind}"
        for kind in (self.kind, *(self.suppressed_by or ())):
            if kind not in KINDS:
                raise PlantError(f"{where}: there is no kind of alarm {kind!r} - {nearest(kind, KINDS)}")
        if self.priority is not None and self.priority not in PRIORITIES:
            raise PlantError(f"{where}.priority is {self.priority!r} - give one of: {', '.join(PRIORITIES)}")
        for name, most in (("on_delay_s", 1e7), ("off_delay_s", 1e7), ("escalate_after_s", 1e7), ("dead_band", 1.0)):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= most:
                raise PlantError(f"{where}.{name} is {value:g} - give a value from 0 to {most:g}")


@dataclass(frozen=True, slots=True)
class Route:
    """Who is told of which alarms, and how.

    Parameters
    ----------
    name : str
    to : str
        An address of the notification library (``mailto://``, ``msteams://``, ``slack://``, ...): by reference
        (``env:NAME``, ``file:PATH``), because most hold a secret; a mail server without a password may stand here.
    webhook : str
        Instead of `to`: an ``https://`` (or ``http://``) address that gets signed JSON.
    secret : str
        Reference to the webhook's key.
    least : str
        Lowest priority that is told.
    lines, kinds : tuple of str
        Only these; empty: all. What belongs to no line (a full disk) is told whatever the lines.
    shifts : tuple of str
        Only what happens in these shifts of the plant's calendar; empty: always.
    group_s : float
        What comes within so many seconds is one message.
    most_per_h : int
        At most so many messages in an hour; what comes beyond waits and becomes one.

    Raises
    ------
    PlantError
        If it has no address or two, a secret stands in it, or a value is out of its range.
    """

    name: str
    to: str = ""
    webhook: str = ""
    secret: str = ""
    least: str = "medium"
    lines: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    group_s: float = 60.0
    most_per_h: int = 12

    def __post_init__(self) -> None:
        """Check the address, the secret and the ranges."""
        where = f"routes.{self.name}"
        if bool(self.to) == bool(self.webhook):
            raise PlantError(f"{where}: give either 'to' or 'webhook'")
        self._check_address(where)
        if self.least not in PRIORITIES:
            raise PlantError(f"{where}.least is {self.least!r} - give one of: {', '.join(PRIORITIES)}")
        for kind in self.kinds:
            if kind not in KINDS:
                raise PlantError(f"{where}.kinds: there is no kind of alarm {kind!r} - {nearest(kind, KINDS)}")
        if not 0 <= self.group_s <= 86_400:
            raise PlantError(f"{where}.group_s is {self.group_s:g} - give a value from 0 to 86400")
        if not 1 <= self.most_per_h <= 3600:
            raise PlantError(f"{where}.most_per_h is {self.most_per_h} - give a value from 1 to 3600")

    def _check_address(self, where: str) -> None:
        parts = urlsplit(self.to)
        if self.to and not is_reference(self.to) and (parts.scheme not in _OPEN_SCHEMES or parts.password):
            raise PlantError(f"{where}.to may hold a secret - put the address elsewhere and write 'env:NAME' here")
        if self.webhook and urlsplit(self.webhook).scheme not in {"http", "https"}:
            raise PlantError(f"{where}.webhook is {self.webhook!r} - write an https:// address")
        if self.webhook and not is_reference(self.secret):
            raise PlantError(f"{where}.secret must say where the key is - write 'env:NAME' or 'file:PATH'")


def rule_in_force(changes: Iterable[AlarmRule], kind: str, stage: str) -> Rule:
    """Return how a kind of alarm is treated at a stage: the kind's own rule, the site's changes, then the stage's.

    Examples
    --------
    >>> site, own = AlarmRule("drift", priority="low", on_delay_s=60.0), AlarmRule("drift", "s", priority="high")
    >>> found = rule_in_force([own, site], "drift", "s")
    >>> found.priority, found.on_delay_s, rule_in_force([own, site], "drift", "other").priority
    ('high', 60.0, 'low')
    """
    rule = rule_of(kind)
    for change in sorted((c for c in changes if c.kind == kind and c.stage in {"", stage}), key=lambda c: c.stage):
        given = {f.name: getattr(change, f.name) for f in fields(change) if f.name not in {"kind", "stage"}}
        rule = replace(rule, **{name: value for name, value in given.items() if value is not None})
    return rule


def check_rules(changes: Sequence[AlarmRule], stages: Iterable[str]) -> None:
    """Raise PlantError if a rule is of a stage that the plant does not have."""
    known = set(stages)
    for change in changes:
        if change.stage and change.stage not in known:
            where = f"alarms.{change.kind}.stages"
            raise PlantError(f"{where}: stage {change.stage!r} is not defined - {nearest(change.stage, known)}")


def check_routes(routes: Sequence[Route], lines: Iterable[str], shifts: Iterable[str]) -> None:
    """Raise PlantError if a route is of a line or a shift that the plant does not have."""
    worked = list(shifts)
    for route in routes:
        for shift in route.shifts:
            if shift not in worked:
                raise PlantError(f"routes.{route.name}.shifts: there is no shift {shift!r} - {nearest(shift, worked)}")
        for line in route.lines:
            if line not in lines:
                raise PlantError(f"routes.{route.name}.lines: no stage is on line {line!r} - {nearest(line, lines)}")
