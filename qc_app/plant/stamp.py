"""The first line of an exported definition: which version it is, so that two editors notice each other."""

from __future__ import annotations

import re

_STAMP = re.compile(r"# version (\d+) of this plant\b")


def stamped(text: str, version: int) -> str:
    r"""Return a definition under a comment that names its version.

    Examples
    --------
    >>> stamped("[plant]\n", 7).splitlines()[0]
    '# version 7 of this plant: `qc apply` says so if somebody else changed it since'
    """
    return f"# version {version} of this plant: `qc apply` says so if somebody else changed it since\n{text}"


def version_in(text: str) -> int | None:
    """Return the version that a file was exported from, None if it does not say.

    Examples
    --------
    >>> version_in(stamped("[plant]", 7)), version_in("[plant]")
    (7, None)
    """
    found = _STAMP.match(text.removeprefix("\ufeff").split("\n", maxsplit=1)[0])
    return int(found[1]) if found else None
