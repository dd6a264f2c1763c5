"""What a mark on the time axis means to charts and models, kind by kind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qc_app.errors import PlantError

#: Kinds that every plant knows; a source may tell others.
KNOWN_KINDS = ("tool_change", "grade_change", "maintenance", "supplier_lot", "shift", "note")
_KIND = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Mark:
    """What events of one kind set going.

    Parameters
    ----------
    kind : str
        One word of small letters, e.g. ``tool_change``.
    limits : bool
        Control limits begin anew: they are computed from results of units made after the mark.
    baseline : bool
        Drift is judged against units made after the mark.
    adapt : bool
        The stage's models are adapted in the night after the first new results that follow it, however few.
    """

    kind: str
    limits: bool = False
    baseline: bool = False
    adapt: bool = False

    def __post_init__(self) -> None:
        """Check the kind."""
        require_kind(self.kind)


def require_kind(kind: str) -> None:
    """Raise PlantError if `kind` is not one word of small letters.

    Examples
    --------
    >>> require_kind("Tool Change")
    Traceback (most recent call last):
    qc_app.errors.PlantError: event kind 'Tool Change' - write one word of small letters, e.g. tool_change
    """
    if not _KIND.fullmatch(kind):
        raise PlantError(f"event kind {kind!r} - write one word of small letters, e.g. {KNOWN_KINDS[0]}")
