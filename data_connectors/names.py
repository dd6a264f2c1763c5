"""Nearest names: what a message suggests where a name is not known."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

SHOWN = 12


def _bare(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where nothing is close.

    Case, blanks and punctuation do not count against a name.

    Examples
    --------
    >>> nearest("exit_temp", ["Speed", "ExitTemp"])
    'ExitTemp'
    >>> nearest("exit_temp", ["Speed"]) is None
    True
    """
    there = {_bare(k): k for k in known}
    close = get_close_matches(_bare(name), list(there), n=1, cutoff=0.6)
    return there[close[0]] if close else None


def listed(names: Iterable[str]) -> str:
    """Return the names for a message: at most a dozen, then how many more.

    Examples
    --------
    >>> listed(["a", "b"])
    'a, b'
    >>> listed([])
    'none'
    """
    all_names = [printable(n) for n in names]
    more = f", ... {len(all_names) - SHOWN} more" if len(all_names) > SHOWN else ""
    return (", ".join(all_names[:SHOWN]) or "none") + more


def printable(name: str) -> str:
    r"""Return `name` with control, invisible and undecodable characters written as escapes.

    Examples
    --------
    >>> printable("a\nb")
    'a\\nb'
    """
    return "".join(c if unicodedata.category(c)[0] != "C" else c.encode("unicode_escape").decode() for c in name)


@lru_cache(maxsize=8192)  # the same few names come with every delivery
def normal(name: str) -> str:
    """Return a column name as it is compared: Unicode NFC, no blanks around it.

    Examples
    --------
    >>> normal(" Dicke ")
    'Dicke'
    """
    return unicodedata.normalize("NFC", name).strip()
