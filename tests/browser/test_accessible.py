"""Every page under axe-core, in both themes: no serious and no critical finding."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = (
    *("", "stage?stage=rolling-2", "unit?stage=rolling-2&what=thickness", "alarms", "labels?stage=rolling-2"),
    *("drift?stage=rolling-2", "models?stage=rolling-2", "spc?stage=rolling-2", "data", "wall"),
)
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def axe() -> str:
    """The text of axe-core, as its Python package carries it; pages fetch nothing."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return next(Path(package.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_no_grave_finding(visit, address, axe, page, theme):
    visit.emulate_media(color_scheme=theme)
    visit.goto(f"{address}/{page}")
    visit.wait_for_selector(".stHtml h1")
    visit.wait_for_function("document.querySelectorAll('[data-testid=stSkeleton]').length === 0")
    visit.wait_for_timeout(1500)
    visit.evaluate(axe)
    found = visit.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    grave = [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found if v["impact"] in GRAVE]
    assert grave == []
    assert visit.foreign == []
