"""Journeys of a person at a screen, in a real browser."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = ("", "stage", "unit", "alarms", "labels", "drift", "models", "spc", "data", "onboard")
NASTY = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%20!%5Bt%5D(http%3A%2F%2F127.0.0.1%3A9%2Fx)"


def test_morning_from_overview_to_stage_to_a_label(visit, address):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    visit.goto(address)
    expect(visit.get_by_text("Needs attention")).to_be_visible()
    visit.get_by_role("link", name=re.compile("rolling-2 · thickness")).click()
    expect(visit.get_by_role("heading", name="Stage", exact=True)).to_be_visible()
    assert "stage=rolling-2" in visit.url
    assert "what=thickness" in visit.url
    expect(visit.locator(".stVegaLiteChart").first).to_be_visible()

    visit.get_by_role("link", name="Labels").click()
    expect(visit.get_by_role("heading", name="Labels", exact=True)).to_be_visible()
    expect(visit.locator(".st-key-pick_stage input")).to_have_value(re.compile("rolling-2"))
    visit.locator(".st-key-label_unit input").fill("C-120419")
    visit.locator(".st-key-label_value input").fill("2,51")
    visit.get_by_role("button", name="Enter", exact=True).click()
    expect(visit.get_by_text("1 entered for rolling-2 / thickness")).to_be_visible()
    expect(visit.locator(".qc-facts").first).to_contain_text(re.compile(r"Results known\s*34"))
    assert visit.foreign == []


def test_from_an_alarm_to_why_a_unit_then_another_is_asked_for(visit, address):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    visit.goto(f"{address}/alarms")
    visit.get_by_role("link", name="Why unit C-120419?").click()
    expect(visit.get_by_role("heading", name="Unit", exact=True)).to_be_visible()
    assert "unit=C-120419" in visit.url
    expect(visit.get_by_text("entry_temp lies 5.2 standard deviations above")).to_be_visible()
    expect(visit.locator(".stVegaLiteChart").first).to_be_visible()

    visit.locator(".st-key-pick_unit input").fill("C-120007")
    visit.locator(".st-key-pick_unit input").press("Enter")
    expect(visit.get_by_text("Not explained yet")).to_be_visible()
    assert "unit=C-120007" in visit.url
    visit.get_by_role("button", name="Explain this unit").click()
    expect(visit.get_by_text("The scheduler is asked to explain this unit")).to_be_visible()
    assert visit.foreign == []


def test_from_a_message_to_its_alarm_acknowledged(visit, address):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    visit.goto(f"{address}/alarms?alarm=3")
    linked = visit.locator(".st-key-alarm_linked")
    expect(linked.get_by_text("roll_force moved by 2.1 standard deviations")).to_be_visible()
    expect(linked.get_by_text("raise: normal → unacknowledged")).to_be_visible()
    linked.get_by_role("button", name="Acknowledge").click()
    visit.locator(".st-key-ack_note_linked_3 input").fill("roll gap is checked")
    visit.locator(".st-key-ack_go_linked_3 button").click()
    expect(linked.get_by_text("acknowledge: unacknowledged → acknowledged: roll gap is checked")).to_be_visible()
    assert visit.foreign == []


def test_hostile_names_neither_run_nor_fetch(visit, address):
    for page in PAGES:
        visit.goto(f"{address}/{page}?stage={NASTY}")
        visit.wait_for_selector("h1")
        visit.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        visit.wait_for_timeout(1000)
        assert (page, visit.dialogs, visit.foreign) == (page, [], [])
        assert visit.locator(".stApp img[src='x']").count() == 0
        assert visit.get_by_text("Traceback").count() == 0


def test_no_page_scrolls_sideways(visit, address):
    for page in PAGES:
        visit.goto(f"{address}/{page}")
        visit.wait_for_selector("h1")
        visit.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        for width in (1920, 1280, 390):
            visit.set_viewport_size({"width": width, "height": 900})
            visit.wait_for_timeout(500)
            main = "document.querySelector('[data-testid=stMain]')"
            visit.wait_for_function(f"{main}.scrollWidth <= {main}.clientWidth")  # once everything found its width


def test_the_wall_has_room_for_all_of_a_screen_and_takes_turns_without_a_hand(visit, address):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    visit.set_viewport_size({"width": 1920, "height": 1080})
    visit.goto(f"{address}/wall?every=5")
    expect(visit.locator(".qc-tile")).to_have_count(4)
    expect(visit.get_by_test_id("stSidebar")).to_be_hidden()
    inside = "e => e.getBoundingClientRect().bottom < 1081"
    assert visit.evaluate(f"[...document.querySelectorAll('.qc-wall *')].every({inside})")
    leaves = "[...document.querySelectorAll('.qc-wall *')].filter(e => !e.children.length && e.textContent)"
    sizes = visit.evaluate(f"{leaves}.map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert min(sizes) >= 40
    assert visit.foreign == []
