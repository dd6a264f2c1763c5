"""Facts about alarms: each as it stands, every move it made, its incident, and what was sent about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from qc_app.alarming import AlarmState
from qc_app.alarming.kinds import Priority
from qc_app.records.worked import Numbers

LetterState = Literal["waiting", "sent", "given_up"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A signal of an abnormal state that needs a response (ISA-18.2): one occurrence, from its ring to its end.

    Parameters
    ----------
    kind, stage, subject : str
        Which alarm; stage is empty for the plant as a whole.
    priority, state : str
    raised, last_seen : datetime
        First and newest look at which the condition was there.
    sentence, response, consequence : str
    count : int
        Looks at which the condition was there.
    cleared, acknowledged : datetime or None
        When the condition was gone; when a person saw it.
    acknowledged_by, note : str
    shelved_until : datetime or None
    abnormal, seen : bool
        As in `qc_app.alarming.Standing`.
    suppressed, removed : str
        Why it is suppressed by design, or out of service; empty: it is not.
    steps, ticked : list
        The action plan, and the numbers of the steps that are done.
    signal : bool
        Whether the condition was there at the latest look; it counts after the delays only.
    signal_since : datetime or None
    on_delay_s, off_delay_s, escalate_after_s : float
        Of its rule, as it was when it was seen last.
    escalated : datetime or None
    incident : int or None
    """

    kind: str
    stage: str
    subject: str
    priority: Priority
    state: AlarmState
    raised: datetime
    last_seen: datetime
    sentence: str
    response: str = ""
    count: int = 1
    cleared: datetime | None = None
    acknowledged: datetime | None = None
    acknowledged_by: str = ""
    note: str = ""
    shelved_until: datetime | None = None
    abnormal: bool = True
    seen: bool = False
    suppressed: str = ""
    removed: str = ""
    consequence: str = ""
    steps: list[str] = field(default_factory=list)
    ticked: list[int] = field(default_factory=list)
    signal: bool = True
    signal_since: datetime | None = None
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    escalate_after_s: float = 0.0
    escalated: datetime | None = None
    incident: int | None = None
    open: bool = True
    id: int | None = None


@dataclass(frozen=True, slots=True)
class AlarmMove:
    """One move of an alarm: who, when, from what to what, why."""

    alarm: int
    at: datetime
    event: str
    before: AlarmState
    after: AlarmState
    author: str
    reason: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """Alarms that have one cause; closed by a person with that cause and what was done.

    Parameters
    ----------
    group : str
        Where the cause lies; a key of `qc_app.alarming.GROUPS`.
    opened, last_event : datetime
    kinds, stages : list of str
        Of its alarms.
    closed : datetime or None
    closed_by, cause, action : str
        Empty cause: it was closed by the program after nobody said anything for long.
    """

    group: str
    opened: datetime
    last_event: datetime
    kinds: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    closed: datetime | None = None
    closed_by: str = ""
    cause: str = ""
    action: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one route, from the moment it must be sent to the moment it was.

    Parameters
    ----------
    route : str
    key : str
        Idempotency key: the same letter has the same key however often it is sent.
    made : datetime
    title, body, priority : str
    content : mapping
        What a webhook delivers as JSON.
    state : str
    tries : int
    next_try : datetime
    sent : datetime or None
    problem : str
        Why the last try failed.
    """

    route: str
    key: str
    made: datetime
    title: str
    body: str
    priority: Priority
    content: Numbers
    state: LetterState = "waiting"
    tries: int = 0
    next_try: datetime | None = None
    sent: datetime | None = None
    problem: str = ""
    id: int | None = None
