"""The language in a real browser: it follows a person from sign-in to sign-in, and the page says which it is."""

from __future__ import annotations

import pytest

from qc_app.access import Actor
from qc_app.actions import add_user
from qc_app.actions.access.signing import choose_password
from qc_app.views import enter
from tests.browser.conftest import served
from tests.browser.test_sign_in import WORDS, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(home):
    with enter(home) as store:
        for name in ("maria", "jon"):
            code = add_user(store, Actor("root", "administrator"), name, "engineer")
            choose_password(store, name, code, WORDS, "here")
    with served(home) as found:
        yield found


def choose(page, language: str) -> None:
    page.locator(".st-key-pick_language [data-baseweb=select], .st-key-pick_language [role=combobox]").first.click()
    page.get_by_role("option", name=language).click()


def test_an_account_keeps_its_language_and_another_has_its_own(visit, address, home):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    sign_in(visit, address, "maria")
    expect(visit.get_by_role("heading", name="Overview")).to_be_visible()
    choose(visit, "Español")
    expect(visit.get_by_role("heading", name="Resumen")).to_be_visible()
    expect(visit.locator("html")).to_have_attribute("lang", "es")
    visit.goto(f"{address}/stage?stage=rolling-2")
    expect(visit.get_by_role("heading", name="Etapa")).to_be_visible()
    expect(visit.get_by_test_id("stSidebarNav").get_by_role("link", name="Alarmas")).to_be_visible()

    visit.context.clear_cookies()
    sign_in(visit, address, "jon")
    expect(visit.get_by_role("heading", name="Overview")).to_be_visible()
    visit.context.clear_cookies()
    sign_in(visit, address, "maria")
    expect(visit.get_by_role("heading", name="Resumen")).to_be_visible()
    expect(visit.locator("html")).to_have_attribute("lang", "es")
    with enter(home) as store:
        assert [store.journal.accounts.named(name).language for name in ("maria", "jon")] == ["es", ""]
    assert visit.foreign == []
