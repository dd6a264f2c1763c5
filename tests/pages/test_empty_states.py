"""What is missing is said, with what to do next: no stage, no unit, no result. The pages one by one: `test_pages`."""

from __future__ import annotations

import pytest

from qc_app.dashboard.markup import Fact, facts
from qc_app.dashboard.models.compared import _places
from tests.pages import made_hostile
from tests.pages.made_plants import told


def test_before_the_first_unit_the_overview_says_where_to_look_and_what_to_enter(open_app):
    html = told(open_app("empty"))
    assert "Nothing is known yet. See on the Data page whether units arrive, and enter results on the Labels" in html
    assert "it did not run; 0 of 2 stages done" in html


def test_that_nothing_came_yet_is_no_fault(open_app):
    html = told(open_app("empty", "spc"))
    assert html.count("no result yet - enter some on the Labels page") == 2  # of the chart and of the capability
    assert "no result in this time" not in html
    assert "qc-note act" not in html


@pytest.mark.parametrize("page", ["overview", "stage", "spc"])
def test_a_plant_without_a_stage_leads_to_the_wizard_and_misses_no_night(open_app, tmp_path, page):
    home = made_hostile.no_stage(tmp_path / "home")
    html = told(open_app(home, page))
    assert "This plant has no stage yet. Add one on the page Onboard" in html
    assert "should have reported" not in html


def test_no_number_has_no_unit():
    assert "mm" not in facts([Fact("Error", "–", "mm")])
    assert "mm" in facts([Fact("Error", "0.1", "mm")])


def test_a_gain_has_digits_that_tell_it_from_none():
    assert _places((0.0004, -0.0007, 0.0016), 3) == 4
    assert _places((0.0, None, None), 3) == 3
    assert _places((12.0, 3.0, 20.0), 2) == 2


def test_a_filter_that_hides_alarms_does_not_say_that_none_waits(open_app):
    app = open_app("troubled", "alarms", priority="low", kind="night_failed")
    html = told(app)
    assert "No alarm that fits the filters waits. Set them to any to see all." in html
    assert "No alarm waits" not in html


def test_a_filter_of_the_overview_that_finds_nothing_says_so(open_app):
    app = open_app("troubled")
    app.text_input(key="overview_find").set_value("no such stage").run()
    assert "No stage matches these filters. Clear one of them." in told(app)


@pytest.mark.parametrize("name", ["stage", "drift", "spc", "alarms"])
def test_a_link_to_a_stage_that_is_gone_says_so(open_app, name):
    html = told(open_app("healthy", name, stage="rolling-99"))
    assert "There is no stage rolling-99 in this plant any more" in html
    assert "no stage rolling-1 " not in told(open_app("healthy", name, stage="rolling-1"))
