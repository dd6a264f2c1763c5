"""Which known name is meant: the tail of a message about an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str:
    """Say which known name is meant, as the tail of a message.

    Parameters
    ----------
    name : str
        What was written.
    names : iterable of str
        What would have been known.

    Returns
    -------
    str
        ``did you mean 'x'?``, or the list of known names if none is near.

    Examples
    --------
    >>> nearest("zoen", ["zone", "name"])
    "did you mean 'zone'?"
    >>> nearest("frequency", ["zone", "name"])
    'known are: name, zone'
    """
    known = sorted(set(names))
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"known are: {shown or 'none'}"
