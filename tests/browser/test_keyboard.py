"""The three journeys by keyboard alone: what is wrong is found, a result is entered, a stage is onboarded."""

from __future__ import annotations

import re

import pytest

from qc_app.plant import Plant
from tests.browser.conftest import served
from tests.browser.keyboard import Keys
from tests.pages import made_plants
from tests.pages.test_onboard import made

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def expect():
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    return expect


def test_what_is_wrong_is_found_and_acknowledged(visit, address, expect):
    keys = Keys(visit)
    visit.goto(address)
    expect(visit.get_by_text("Needs attention")).to_be_visible()
    keys.to("rolling-2 · thickness", "A")
    keys.press("Enter")
    expect(visit.get_by_role("heading", name="Stage", exact=True)).to_be_visible()
    assert "stage=rolling-2" in visit.url
    keys.to("8h|7d", "BUTTON")
    keys.press("ArrowRight", "Enter")
    expect(visit).to_have_url(re.compile("window=(24h|30d)"))
    keys.settled()
    keys.to("Alarms", "A", back=True)
    keys.press("Enter")
    expect(visit.get_by_text("Waiting for you")).to_be_visible()
    keys.settled()
    keys.to("Acknowledge.*", "BUTTON")
    keys.press("Enter")
    keys.to("Note.*", "INPUT")
    keys.type("roll gap is checked")
    keys.to("Acknowledge", "BUTTON")
    keys.press("Enter")
    expect(visit.get_by_text(re.compile("acknowledged"))).not_to_have_count(0)
    assert visit.foreign == []


def test_a_result_is_entered_and_a_retraining_asked_for(visit, address, expect):
    keys = Keys(visit)
    visit.goto(address)
    expect(visit.get_by_text("Needs attention")).to_be_visible()
    keys.to("Labels", "A")
    keys.press("Enter")
    expect(visit.get_by_role("heading", name="Labels", exact=True)).to_be_visible()
    keys.settled()
    keys.to("Stage", "INPUT")
    keys.type("rolling-2")
    keys.press("Enter")
    expect(visit).to_have_url(re.compile("stage=rolling-2"))
    keys.settled()
    keys.to("Unit", "INPUT")
    keys.type("C-120419")
    keys.press("Tab")
    keys.type("2,51")
    keys.to("Enter", "BUTTON")
    keys.press("Enter")
    expect(visit.get_by_text("1 entered for rolling-2 / thickness")).to_be_visible()
    keys.to("Models", "A", back=True)
    keys.press("Enter")
    expect(visit.get_by_role("heading", name="Models", exact=True)).to_be_visible()
    keys.settled()
    keys.to("Retrain now", "BUTTON")
    keys.press("Enter")
    expect(visit.get_by_text("Asked for a retraining")).to_be_visible()
    assert visit.foreign == []


def test_a_stage_is_onboarded(visit, expect, tmp_path):
    home = tmp_path / "home"
    made_plants.founded(home, Plant("New works", zone="Europe/Berlin")).close()
    file = made(tmp_path / "shift 3.csv")
    visit.set_default_timeout(60_000)
    with served(home, QC_USER="maria", QC_ROLE="engineer", QC_SIGN_IN="open") as address:
        keys = Keys(visit)
        visit.goto(f"{address}/onboard")
        expect(visit.get_by_role("heading", name="Onboard", exact=True)).to_be_visible()
        keys.settled()
        keys.to("Stage.*", "INPUT")
        keys.type("press9")
        keys.to("Line.*", "INPUT")
        keys.type("Hall 3")
        keys.press("Tab")
        keys.settled()
        keys.chosen("uploadUpload", file)  # the icon and the word
        visit.get_by_text(file.name).wait_for()
        keys.settled()
        keys.to("Read it", "BUTTON")
        keys.press("Enter")
        visit.get_by_text("Read: check what was guessed.").wait_for()
        keys.settled()
        keys.to("Results.*|.*measured.*", "INPUT")
        keys.type("Breite")
        keys.press("Enter", "Escape")
        keys.settled()
        for heading in ("Sister stages", "As it would be stored", "What changes"):
            keys.to("Next", "BUTTON")
            keys.press("Enter")
            visit.get_by_role("heading", name=re.compile(heading)).wait_for()
            keys.settled()
        keys.to("Go live", "BUTTON")
        keys.press("Enter")
        expect(visit.get_by_text("No prediction yet")).to_be_visible()


def test_a_table_is_passed_by_tab_and_opened_by_a_choice(visit, address, expect):
    keys = Keys(visit)
    visit.goto(address)
    expect(visit.get_by_text("Needs attention")).to_be_visible()
    keys.settled()
    keys.to("Shift hand-over.*", "BUTTON")
    expect(visit.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    visit.goto(address)
    expect(visit.get_by_text("Needs attention")).to_be_visible()
    keys.settled()
    table = visit.get_by_test_id("data-grid-canvas").first
    without_focus = table.screenshot()
    keys.to("StateStage.*", "CANVAS")
    keys.press("ArrowDown", "ArrowUp")
    assert table.screenshot() != without_focus
    keys.press("Shift+Space")
    expect(visit.get_by_role("heading", name="Stage", exact=True)).to_be_visible()
    assert "stage=rolling-2" in visit.url
