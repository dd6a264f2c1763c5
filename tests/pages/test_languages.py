"""Every page in every language: it runs, its title is not the English one, and what is kept in English says so."""

from __future__ import annotations

import re

import pytest
from streamlit.util import calc_hash

from qc_app.access import Actor
from qc_app.dashboard import tables
from qc_app.language import LANGUAGES, number, speaking, tr
from tests.pages.made_plants import told

OTHERS = [code for code in LANGUAGES if code != "en"]
PAGES = {
    "overview": "Overview", "stage": "Stage", "unit": "Unit", "alarms": "Alarms", "labels": "Labels", "drift": "Drift",
    "models": "Models", "spc": "SPC", "data": "Data", "onboard": "Onboard",
    "administration": "Administration",
}  # fmt: skip
#: Every page in one language among the fast tests, in every one among the slow ones.
WHICH = [
    pytest.param(code, page, marks=[] if k % len(OTHERS) == n else pytest.mark.slow)
    for k, page in enumerate(PAGES)
    for n, code in enumerate(OTHERS)
]
SAME = {("de", "drift"), ("de", "spc"), ("zh", "spc")}  # the word is the same there


@pytest.fixture
def open_in(open_app):
    """Open a page of a troubled plant and choose a language as a person does."""

    def opened(code: str, page: str = "overview", **query: str):
        app = open_app("troubled", page, **query)
        return app.selectbox(key="pick_language").set_value(code).run()

    return opened


@pytest.mark.parametrize(("code", "page"), WHICH)
def test_page_runs_in_the_language(open_in, code, page):
    app = open_in(code, page)
    assert not app.exception, [e.value for e in app.exception]
    title = re.search(r"<h1>(.*?)</h1>", told(app)).group(1)
    with speaking(code):
        assert title == tr(PAGES[page])
        assert (title == PAGES[page]) == ((code, page) in SAME)
        assert tr("no sign-in") in told(app)


def test_numbers_and_dates_are_written_as_the_language_writes_them(open_in):
    german, chinese = told(open_in("de")), told(open_in("zh"))
    assert re.search(r"\d{2}\.\d{2}\.\d{4} \d{2}:\d{2} [+-]\d{2}:\d{2}", german)
    assert re.search(r"\d{4}/\d{2}/\d{2} \d{2}:\d{2}", chinese)
    assert re.search(r"außerhalb der Spezifikation \d+(,\d)?\u00a0%", german)
    assert re.search(r"超规格率 \d+(\.\d)?%", chinese)


@pytest.mark.parametrize(("code", "cell"), [("de", "-1234,50"), ("es", "-1234,50"), ("zh", "-1234.50")])
def test_a_number_copied_out_of_a_grid_is_one_to_a_spreadsheet(code, cell):
    config = {"gain": tables.number("Gain", 2)}
    with speaking(code):
        assert tables._writers(config)["gain"](-1234.5) == cell
        assert number(-1234.5, 2).startswith("−"), "texts keep the true minus"


def test_a_sentence_of_the_journal_is_shown_in_english_and_marked(open_in):
    html = told(open_in("es"))
    assert re.search(r'<span lang="en">[^<]*roll_force moved first[^<]*\(en\)</span>', html)


def test_what_the_overview_keeps_of_the_night_is_kept_for_each_language(open_in):
    assert "etapas" in told(open_in("es"))
    chinese = told(open_in("zh"))
    assert "etapa" not in chinese
    with speaking("zh"):
        assert tr("Last night") in chinese


def test_the_language_stays_from_page_to_page(open_in):
    app = open_in("de")
    app._page_hash = calc_hash("stage")
    app.run()
    assert app.selectbox(key="pick_language").value == "de"
    assert app.session_state["language"] == "de"


def test_an_account_keeps_the_language_and_the_trail_says_so(tmp_path):
    from qc_app.actions import choose_language
    from qc_app.actions.access.sessions import actor_of, begin
    from qc_app.errors import ActionError
    from qc_app.views import enter
    from tests.pages.made_plants import founded

    home = tmp_path / "home"
    founded(home, None).close()
    with enter(home) as store:
        token = begin(store, _account(store), "here")
        maria = actor_of(store, token)
        assert choose_language(store, maria, "zh") == "中文"
        assert store.journal.accounts.named("maria").language == "zh"
        last = store.journal.audit.list(last=1)[0]
        assert (last.author, last.action) == ("maria", "choose_language")
        with pytest.raises(ActionError, match="'de'"):
            choose_language(store, maria, "dee")
        with pytest.raises(ActionError, match="no account"):
            choose_language(store, Actor("ben", "viewer"), "de")


def _account(store):
    from datetime import UTC, datetime

    from qc_app.records import Account

    at = datetime.now(UTC)
    return store.journal.accounts.add(Account("maria", "viewer", "local", at, at))
