"""Every page of a plant that was played for some nights, in every language: nothing the program says stays English.

Names given by people (stages, parameters, events, notes) and messages of foreign libraries are as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from qc_app.jobs.learner import train
from qc_app.language import LANGUAGES
from tests.jobs.conftest import Works

pytestmark = pytest.mark.slow
OTHERS = [code for code in LANGUAGES if code != "en"]
PAGES = ("overview", "stage", "unit", "alarms", "labels", "drift", "models", "spc", "data", "onboard",
         "administration", "wall")  # fmt: skip
NIGHTS = 4
#: What may be marked: the message of a foreign library behind what the program says of it.
ALLOWED = re.compile(r"\[Errno \d+\]|OperationalError|ComputeError")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A plant of two stages after some nights: models judged, drift looked for, units explained, rows held."""
    works = Works(tmp_path_factory.mktemp("told"), ("p-1", "p-2"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "LEARNER", "ridge")
        works.nights(range(NIGHTS))
    return works.home()


def texts(node: Any) -> Iterator[str]:
    """Yield what a page shows: HTML without its tags, cells of tables, labels, helps and choices of widgets."""
    for child in getattr(node, "children", {}).values():
        yield from texts(child)
    value = getattr(node, "value", None)
    if hasattr(value, "columns"):
        yield from (cell for name in value.columns for cell in value[name] if isinstance(cell, str))
    shown = [value, *(getattr(node, name, None) for name in ("label", "help", "placeholder"))]
    yield from (re.sub(r"<[^>]+>", "\n", text) for text in shown if isinstance(text, str))
    yield from (text for text in getattr(node, "options", None) or () if isinstance(text, str))


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_of_a_played_plant_stays_english(open_app, played, code):
    marked = []
    for page in PAGES:
        app = open_app(played, page, role="administrator")
        app.session_state["language"] = code
        app.run()
        assert not app.exception, (page, [e.value for e in app.exception])
        seen = [*texts(app.main), *texts(app.sidebar)]
        assert len(seen) > 1, page
        marked += [(page, text) for text in seen if "(en)" in text and not ALLOWED.search(text)]
    assert marked == []


def test_a_marked_text_would_be_found(open_app, homes):
    app = open_app("troubled", "overview")
    app.session_state["language"] = "es"
    app.run()
    assert any("roll_force moved first. (en)" in text for text in texts(app.main))
