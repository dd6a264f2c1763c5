"""`qc bench pages --browser` on a small plant: it looks, measures and says what it found."""

from __future__ import annotations

import json
import shutil

import pytest

from qc_app.cli import main
from qc_app.load import browsing
from tests.browser.conftest import CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_small_plant_is_looked_at(tmp_path, monkeypatch):
    if not shutil.which(CHROMIUM):
        pytest.skip(f"no Chromium at {CHROMIUM}")
    for name, value in {"TIMES": 2, "USERS": 2, "LOADS": 3}.items():
        monkeypatch.setattr(browsing, name, value)
    out = tmp_path / "pages.json"
    code = main(["bench", "pages", "--browser", CHROMIUM, "--stages", "12", "--days", "3", "--out", str(out)])
    run = json.loads(out.read_text())
    assert code in {0, 1}  # how fast it is depends on what else the machine does
    assert {page: len(took) for page, took in run["seconds"].items()} == {
        "first view": 2,
        "page to page": 2,
        "stage": 2,
        "stage by a link": 2,
    }
    assert (run["loads"], run["stages"]) == (14, 12)
    assert run["rss_mb"] > 100
