"""The table of action x least role, read by the code and by its test."""

from __future__ import annotations

import difflib
import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from qc_app.errors import NotAllowed, SettingsError

Role = Literal["viewer", "operator", "engineer", "approver", "administrator"]

#: From the least to the most; a role may do all that the roles before it may.
ROLES: tuple[Role, ...] = get_args(Role)

#: Action -> the least role that may do it. An action that is not here cannot be done by anyone.
LEAST_ROLE: Mapping[str, Role] = MappingProxyType(
    {
        "choose_language": "viewer",
        "enter_labels": "operator",
        "acknowledge_alarm": "operator",
        "tick_alarm_step": "operator",
        "close_incident": "operator",
        "add_event": "operator",
        "import_events": "operator",
        "request_causes": "operator",
        "request_explanation": "operator",
        "stop_writeback": "operator",
        "shelve_alarm": "engineer",
        "unshelve_alarm": "engineer",
        "remove_alarm": "engineer",
        "restore_alarm": "engineer",
        "try_route": "engineer",
        "resend_letters": "engineer",
        "retrain": "engineer",
        "request_run": "engineer",
        "import_links": "engineer",
        "import_files": "engineer",
        "replay_quarantine": "engineer",
        "backfill": "engineer",
        "dismiss_quarantine": "engineer",
        "answer_schema": "engineer",
        "apply_plant": "engineer",
        "roll_back_plant": "engineer",
        "keep_upload": "engineer",
        "try_source": "engineer",
        "accept_certificate": "engineer",
        "reject_certificate": "engineer",
        "onboard_stage": "engineer",
        "onboard_sheet": "engineer",
        "exclude_point": "engineer",
        "include_point": "engineer",
        "record_gauge_study": "engineer",
        "dispose": "engineer",
        "freeze_limits": "approver",
        "roll_back_limits": "approver",
        "start_writeback": "approver",
        "promote": "approver",
        "approve_challenger": "approver",
        "reject_challenger": "approver",
        "roll_back": "approver",
        "see_administration": "administrator",
        "export_audit": "administrator",
        "back_up": "administrator",
        "restore_backup": "administrator",
        "add_user": "administrator",
        "add_display": "administrator",
        "set_role": "administrator",
        "disable_user": "administrator",
        "enable_user": "administrator",
        "remove_user": "administrator",
        "reset_user": "administrator",
        "sign_out_user": "administrator",
        "create_token": "administrator",
        "revoke_token": "administrator",
    }
)

#: Actions that cannot be done without saying why.
NEEDS_REASON = frozenset(
    {
        "shelve_alarm",
        "remove_alarm",
        "dismiss_quarantine",
        "accept_certificate",
        "reject_certificate",
        "dispose",
        "exclude_point",
        "include_point",
        "freeze_limits",
        "roll_back_limits",
        "roll_back_plant",
        "stop_writeback",
        "start_writeback",
        "promote",
        "approve_challenger",
        "reject_challenger",
        "roll_back",
        "set_role",
        "disable_user",
        "remove_user",
    }
)

#: Actions that two persons must ask for where the settings say ``dual_control = true``.
NEEDS_TWO = frozenset({"promote", "roll_back", "freeze_limits", "roll_back_limits", "start_writeback"})


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the machine on a person's behalf) and the role in which they act.

    Parameters
    ----------
    name : str
        As it stands in the audit trail.
    role : str
        One of `ROLES`.
    session : int or None
        Number of the sign-in behind it; whether it still holds, and in which role, is asked anew at every action.
        None: the machine, or a person at its command line.
    place : str
        From where: an address, or the command line.

    Raises
    ------
    SettingsError
        If the role is unknown; names the nearest.

    Examples
    --------
    >>> Actor("maria", "operator").role
    'operator'
    """

    name: str
    role: Role
    session: int | None = field(default=None, repr=False)
    place: str = field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check that the role exists and that there is a name."""
        if self.role not in ROLES:
            near = difflib.get_close_matches(str(self.role), ROLES, n=1, cutoff=0.0)[0]
            raise SettingsError(f"role {self.role!r} does not exist - did you mean {near!r}? (has: {', '.join(ROLES)})")
        if not self.name.strip():
            raise SettingsError("a person without a name cannot act - set QC_USER")


def may(actor: Actor, action: str) -> bool:
    """Return whether the actor's role reaches the action's least role; False for an action nobody listed.

    Examples
    --------
    >>> may(Actor("maria", "operator"), "enter_labels"), may(Actor("maria", "operator"), "promote")
    (True, False)
    """
    least = LEAST_ROLE.get(action)
    return least is not None and ROLES.index(actor.role) >= ROLES.index(least)


def require(actor: Actor, action: str) -> None:
    """Let pass who may do `action`.

    Raises
    ------
    NotAllowed
        If the role does not reach it; says which role does.

    Examples
    --------
    >>> require(Actor("maria", "viewer"), "promote")
    Traceback (most recent call last):
    qc_app.errors.NotAllowed: maria is viewer and may not promote - ask someone who is approver or above
    """
    if may(actor, action):
        return
    least = LEAST_ROLE.get(action)
    if least is None:
        raise NotAllowed(f"action {action!r} is in no one's rights - add it to the table in qc_app.access")
    what = action.replace("_", " ")
    whom = least if least == ROLES[-1] else f"{least} or above"
    raise NotAllowed(f"{actor.name} is {actor.role} and may not {what} - ask someone who is {whom}")


def local_actor(environ: Mapping[str, str] | None = None) -> Actor:
    """Return the person at this machine: name from ``QC_USER`` (else the login name), role from ``QC_ROLE``.

    Whoever may run commands on the plant's folder is trusted by the operating system's own account, which the audit
    trail names beside the person. The default role is engineer: daily work is possible, promoting and rolling back a
    model needs ``QC_ROLE=approver``.

    Examples
    --------
    >>> local_actor({"QC_USER": "maria", "QC_ROLE": "viewer"})
    Actor(name='maria', role='viewer')
    """
    here = os.environ if environ is None else environ
    role = here.get("QC_ROLE") or "engineer"
    place = f"this machine, account {getpass.getuser()}"
    return Actor(here.get("QC_USER") or getpass.getuser(), role, place=place)  # type: ignore[arg-type]
