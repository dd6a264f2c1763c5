"""A stage from a file that nobody prepared to its predictions, in a real browser, mouse and keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qc_app.jobs.requests import serve
from qc_app.plant import Plant, parse
from qc_app.settings import Settings
from qc_app.store import open_store
from tests.pages import made_plants
from tests.pages.test_onboard import made, turbine

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Give a plant without a stage, on whose dashboard the journeys begin."""
    home = tmp_path_factory.mktemp("new") / "home"
    made_plants.founded(home, Plant("New works", zone="Europe/Berlin")).close()
    return home


def settled(visit) -> None:
    """Wait until the page has taken up what was typed."""
    visit.wait_for_timeout(500)
    visit.locator('[data-test-script-state="notRunning"]').first.wait_for(state="attached")


def begun(visit, address: str, stage: str, file: Path) -> None:
    """Name the stage, upload the file and read it."""
    visit.set_default_timeout(90_000)
    visit.goto(f"{address}/onboard")
    visit.locator(".st-key-onb_stage input").fill(stage)
    visit.locator(".st-key-onb_stage input").press("Tab")
    visit.locator(".st-key-onb_line input").fill("Hall 3")
    visit.locator(".st-key-onb_line input").press("Tab")
    settled(visit)
    visit.locator(".st-key-onb_file input[type=file]").set_input_files(file)
    visit.get_by_text(file.name).wait_for()
    settled(visit)
    visit.get_by_role("button", name="Read it").click()
    visit.get_by_text("Read: check what was guessed.").wait_for()


def onward(visit, heading: str) -> None:
    """Press Next, by the keyboard."""
    visit.get_by_role("button", name="Next").press("Enter")
    visit.get_by_role("heading", name=re.compile(heading)).wait_for()


def gone_live(visit, home: Path, stage: str, result: str) -> None:
    """Choose the result, go through the steps, and let a scheduler's work be done."""
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    visit.locator(".st-key-onb_c_results input").fill(result)
    visit.locator(".st-key-onb_c_results input").press("Enter")
    visit.locator(".st-key-onb_c_results input").press("Escape")
    settled(visit)
    onward(visit, "Sister stages")
    onward(visit, "As it would be stored")
    onward(visit, "What changes")
    expect(visit.get_by_text(f"stage '{stage}' is added")).to_be_visible()
    visit.get_by_role("button", name="Go live", exact=True).click()
    expect(visit.get_by_text("No prediction yet")).to_be_visible()
    with open_store(Settings(home=home)) as store:
        serve(store, parse(store.journal.plants.current().definition))
    expect(visit.get_by_text("No prediction yet")).to_have_count(0)
    visit.get_by_role("link", name=f"Open stage {stage}").click()
    expect(visit.get_by_role("heading", name="Stage", exact=True)).to_be_visible()
    expect(visit.locator(".qc-facts").first).to_be_visible()
    assert f"stage={stage}" in visit.url
    assert visit.foreign == []


def test_a_made_stage_goes_live(visit, address, home, tmp_path):
    begun(visit, address, "press9", made(tmp_path / "shift 3.csv"))
    gone_live(visit, home, "press9", "Breite")


@pytest.mark.realdata
def test_a_real_stage_goes_live(visit, address, home, packs_dir, tmp_path):
    begun(visit, address, "turbine1", turbine(packs_dir, tmp_path / "Export Turbine.csv"))
    gone_live(visit, home, "turbine1", "NOx")
