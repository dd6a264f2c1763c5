"""Whoever is refused reads why in their language: each message that actions and views raise has a template."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from qc_app.language import LANGUAGES, speaking
from qc_app.language.extract import SOURCE
from qc_app.views import recorded

ROOMS = ("actions", "access", "alarming", "views", "subjects", "dashboard", "genealogy", "store/journal/alarms")
#: What stands for a field: a number that is also a name, and a sentence that is known.
FILLED = ("7", "nothing abnormal")
#: Not for a person at a page: faults of the program's own tables, of its settings and of files at its start.
LISTED = (
    "7 folder of certificates",  # begins with one of two, each has its template
    "incident 7 needs its 7",  # of its cause or of its action
    "incident 7 is 7 - nothing to close",  # closed already, or not known
    "there is no 7 7 for this wall",  # a line or a family
    "is in no one's rights - add it to the table in qc_app.access",
    "does not exist - did you mean",
    "is too short or can be read by others - remove it, a new one is made",
    "can be read by others - remove it; a new one is made at the next start",
)
OTHERS = [code for code in LANGUAGES if code != "en"]


def spelled(node: ast.expr, filled: str, last: str) -> str:
    """Return a literal text with its fields filled, the last of them by a text of its own; nothing if it is none."""
    if isinstance(node, ast.BinOp):
        return spelled(node.left, filled, filled) + spelled(node.right, filled, last)
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return ""
    fields = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else last if part is fields[-1] else filled
        for part in node.values
    )


def refusals() -> Iterator[tuple[str, ast.expr]]:
    for file in sorted(f for room in ROOMS for f in (SOURCE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                yield file.relative_to(SOURCE).as_posix(), node.exc.args[0]


def untold(code: str) -> list[tuple[str, str]]:
    found = []
    with speaking(code):
        for file, node in refusals():
            said = [spelled(node, "7", last) for last in FILLED]
            if " - " not in said[0] or any(one in said[0] for one in LISTED):
                continue
            if all("(en)" in recorded(one) for one in said):
                found.append((Path(file).as_posix(), said[0]))
    return found


@pytest.mark.parametrize("code", OTHERS)
def test_every_refusal_is_told_in_the_language(code):
    assert untold(code) == []


def test_the_net_is_not_empty():
    assert len(list(refusals())) > 150
