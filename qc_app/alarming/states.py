"""The life of an alarm as a pure state machine: ANSI/ISA-18.2-2016, figure 3 (IEC 62682 figure 3), without latching.

=====================  =====================================================================================
state                  meaning, with the letter of the standard's figure
=====================  =====================================================================================
normal                 A: the process is normal and nothing is owed
unacknowledged         B: abnormal, nobody has seen it
acknowledged           C: abnormal, seen
returned               D: normal again, nobody has seen it
shelved                G: hidden by a person until a moment
suppressed             H: hidden by the plant's own logic ("suppressed by design")
out_of_service         I: taken away for maintenance until a person puts it back
=====================  =====================================================================================

E and F of the figure are latched alarms; nothing here latches: an alarm whose cause is gone asks for an
acknowledgement, and no separate reset.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from qc_app.errors import ActionError

AlarmState = Literal["normal", "unacknowledged", "acknowledged", "returned", "shelved", "suppressed", "out_of_service"]
AlarmEvent = Literal[
    "raise", "return", "acknowledge", "shelve", "unshelve", "suppress", "unsuppress", "remove", "restore"
]
_HIDDEN = {"shelved": "shelved", "suppressed": "suppressed by design", "out_of_service": "out of service"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alarm stands: two facts of the process and its reader, and three ways to be hidden at once.

    Parameters
    ----------
    abnormal : bool
        The process is in the alarm's condition, delays counted in.
    seen : bool
        A person acknowledged the present occurrence; True where there is none.
    shelved, suppressed, out_of_service : bool

    Examples
    --------
    >>> Standing().state, Standing(abnormal=True, seen=False).state
    ('normal', 'unacknowledged')
    """

    abnormal: bool = False
    seen: bool = True
    shelved: bool = False
    suppressed: bool = False
    out_of_service: bool = False

    @property
    def hidden(self) -> bool:
        """Whether it is shelved, suppressed or out of service."""
        return self.shelved or self.suppressed or self.out_of_service

    @property
    def state(self) -> AlarmState:
        """The state's name; what hides it longest names it: out of service, then suppressed, then shelved."""
        if self.out_of_service:
            return "out_of_service"
        if self.suppressed:
            return "suppressed"
        if self.shelved:
            return "shelved"
        if self.abnormal:
            return "acknowledged" if self.seen else "unacknowledged"
        return "normal" if self.seen else "returned"


def after(now: Standing, event: AlarmEvent) -> Standing:
    """Return how an alarm stands after an event.

    Parameters
    ----------
    now : Standing
    event : AlarmEvent
        What happened: of the process (``raise``, ``return``), a person, or the plant's logic (``suppress``).

    Returns
    -------
    Standing
        The same object where the event says nothing new.

    Raises
    ------
    ActionError
        If a person asks for what the state does not allow; the sentence says why.

    Notes
    -----
    What was hidden comes back by the process, not by what it was before: unacknowledged if the condition stands,
    normal if it does not (ISA-18.2, 5.4). While hidden, the process goes on being followed.

    Examples
    --------
    >>> rung = after(Standing(), "raise")
    >>> rung.state, after(rung, "return").state, after(after(rung, "acknowledge"), "return").state
    ('unacknowledged', 'returned', 'normal')
    """
    if event in {"raise", "return"}:
        return _of_process(now, abnormal=event == "raise")
    if event == "acknowledge":
        return _acknowledged(now)
    if event in {"shelve", "suppress", "remove"}:
        return _hide(now, event)
    return _show(now, event)


def settled(now: Standing, *, abnormal: bool) -> Standing:
    """Return how an alarm stands when the process is looked at, whatever it was before."""
    return now if now.abnormal == abnormal else after(now, "raise" if abnormal else "return")


def _of_process(now: Standing, *, abnormal: bool) -> Standing:
    if now.abnormal == abnormal:
        return now
    if now.hidden:
        return replace(now, abnormal=abnormal)
    return replace(now, abnormal=abnormal, seen=now.seen and not abnormal)


def _acknowledged(now: Standing) -> Standing:
    if now.state in {"unacknowledged", "returned"}:
        return replace(now, seen=True)
    if now.hidden:
        raise ActionError(f"it is {_HIDDEN[now.state]} - bring it back first, then acknowledge it")
    raise ActionError(f"it is {now.state} already - nothing waits to be acknowledged")


def _hide(now: Standing, event: AlarmEvent) -> Standing:
    if event == "suppress":
        return now if now.suppressed else replace(now, suppressed=True, seen=True)
    if now.out_of_service:
        raise ActionError("it is out of service - put it back into service first")
    if event == "remove":
        return replace(now, out_of_service=True, shelved=False, seen=True)
    return replace(now, shelved=True, seen=True)


def _show(now: Standing, event: AlarmEvent) -> Standing:
    if event == "unsuppress":
        shown = replace(now, suppressed=False)
        return now if not now.suppressed else _back(shown)
    if event == "restore":
        if not now.out_of_service:
            raise ActionError("it is not out of service - nothing to put back")
        return _back(replace(now, out_of_service=False))
    if not now.shelved:
        raise ActionError("it is not shelved - nothing to bring back")
    return _back(replace(now, shelved=False))


def _back(shown: Standing) -> Standing:
    return shown if shown.hidden else replace(shown, seen=not shown.abnormal)
