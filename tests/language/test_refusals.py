"""Whoever is refused reads why in their language: each message that is raised where a page can show it has a template.

That is all of actions, views, plant files, store, jobs and connectors; what a setting of a source means is declared
beside it and asked of it (`declared`), so the catalogues cannot lack one either.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache

import pytest

from data_connectors import kinds
from qc_app.language import LANGUAGES, speaking, tr
from qc_app.language.extract import SOURCE, declared
from qc_app.views import recorded

ROOMS = (
    *(f"qc_app/{room}" for room in ("actions", "access", "alarming", "views", "subjects", "dashboard", "genealogy")),
    *(f"qc_app/{room}" for room in ("plant", "framing", "handover", "jobs", "notify", "store")),
    "data_connectors",
    "models/spc",
)
#: Of the models, which know no page: that a chart or a study has too few data.
TOO_FEW = "NotEnoughData"
HOUSE = SOURCE.parent
#: What begins a message, what stands within it, what ends it: a number that is also a name, what connectors speak of,
#: a sentence or a hint that is known.
BEGUN = ("7", "source 'press'", "nothing abnormal")
WITHIN = ("7", "'press'")
ENDED = ("7", "nothing abnormal", "did you mean 'press'?", "write e.g. 'press'", " such as 'press'")
#: Not for a person at a page: faults of the program's own tables, of its settings and of files at its start, what a
#: restore says on the terminal; and messages of two parts of which both have their template.
LISTED = (
    "7 folder of certificates",  # begins with one of two, each has its template
    "incident 7 is 7 - nothing to close",  # closed already, or not known
    "there is no 7 7 for this wall",  # a line or a family
    "7, or make the folder if it shall begin anew",  # what is gone
    "the journal 7 7 - stop all programs",  # it is another file now, or gone
    "is in no one's rights - add it to the table in qc_app.access",
    "does not exist - did you mean",
    "is too short or can be read by others - remove it, a new one is made",
    "can be read by others - remove it; a new one is made at the next start",
)
AT_THE_TERMINAL = (
    "qc_app/store/backup/journal.py",
    "qc_app/store/backup/manifest.py",
    "qc_app/store/backup/reading.py",
    "qc_app/store/backup/restoring.py",
)
OTHERS = [code for code in LANGUAGES if code != "en"]


def parts(node: ast.expr) -> list[str | None]:
    """Return a text in its fixed parts, nothing where a field stands; a text that is made elsewhere is one field."""
    if isinstance(node, ast.BinOp):
        return [*parts(node.left), *parts(node.right)]
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.JoinedStr):
        return [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
    return [None]


def spellings(told: list[str | None]) -> Iterator[str]:
    """Yield a message with its fields filled in, in every way that may fit a template."""
    fields = [place for place, part in enumerate(told) if part is None]
    for begun, within, ended in itertools.product(BEGUN, WITHIN, ENDED):
        filled = dict.fromkeys(fields, within)
        filled |= {fields[-1]: ended} if fields else {}
        filled |= {0: begun} if told[0] is None else {}
        yield "".join(filled[place] if part is None else part for place, part in enumerate(told))


@cache
def refusals() -> tuple[tuple[str, list[str | None]], ...]:
    return tuple(_refusals())


def _refusals() -> Iterator[tuple[str, list[str | None]]]:
    for file in sorted(f for room in ROOMS for f in (HOUSE / room).rglob("*.py")):
        place = file.relative_to(HOUSE).as_posix()
        if place in AT_THE_TERMINAL:
            continue
        ours = not place.startswith("models/")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            call = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(call, ast.Call) and call.args and (ours or getattr(call.func, "id", "") == TOO_FEW):
                yield place, parts(call.args[0])


def untold(code: str) -> list[tuple[str, str]]:
    found = []
    with speaking(code):
        for file, told in refusals():
            plain = "".join("7" if part is None else part for part in told)
            if (
                (" - " not in plain and not file.startswith("models"))
                or not re.search(r"[a-z]", plain)
                or any(one in plain for one in LISTED)
            ):
                continue
            if all("(en)" in recorded(one) for one in spellings(told)):
                found.append((file, plain))
    return found


@pytest.mark.parametrize("code", OTHERS)
def test_every_refusal_is_told_in_the_language(code):
    assert untold(code) == []


def test_the_net_is_not_empty():
    assert len(refusals()) > 500


def test_a_message_that_has_no_template_would_be_found(monkeypatch):
    made = ["source {name} sings - let it hum", "{told}: it sings - let it hum"]
    skeletons = [[None if n % 2 else part for n, part in enumerate(re.split(r"\{(\w+)\}", one))] for one in made]
    monkeypatch.setattr(f"{__name__}.refusals", lambda: [("here.py", [p for p in one if p != ""]) for one in skeletons])
    assert [file for file, _ in untold("de")] == ["here.py", "here.py"]


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("kind", kinds())
def test_what_a_setting_of_a_source_means_is_told(kind, code):
    texts = declared(kind)
    with speaking(code):
        assert [text for text in texts if tr(text).endswith("(en)")] == []
