"""Where something stands in a plant definition, for messages."""

from __future__ import annotations

import re


def line_of(text: str, path: tuple[str, ...], key: str) -> int | None:
    r"""Return the 1-based line of `key` in the table `path`, of the table's header if `key` is empty, else None.

    Examples
    --------
    >>> line_of('[a.b]\nx = 1', ("a", "b"), "x")
    2
    """
    inside = not path
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            header = _header(stripped)
            inside = header == path
            if (inside and not key) or (key and header[: len(path) + 1] == (*path, key)):
                return number
        elif inside and key and re.match(rf"[\"']?{re.escape(key)}[\"']?\s*[.=]", stripped):
            return number
    return None


def _header(line: str) -> tuple[str, ...]:
    inner = line.split("#", maxsplit=1)[0].strip().strip("[]").strip()
    return tuple(part.strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", inner))
