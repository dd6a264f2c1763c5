"""The company account in a browser, against an identity provider: who comes in, as what, and what is refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from qc_app.views import enter
from tests.browser.conftest import free_port, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
REFUSED = "The identity provider's answer was not accepted"
SETTINGS = """
url = "http://localhost:{port}"
[oidc]
metadata = "{provider}/.well-known/openid-configuration"
client_id = "qc"
client_secret = "env:QC_OIDC_TEST"
[oidc.roles]
"qc-lab" = "operator"
"qc-engineers" = "engineer"
"""


@pytest.fixture(scope="module")
def provider():
    """A provider with two people: maria is an engineer, nora is in no group that has a role."""
    port = free_port()
    command = [sys.executable, "-m", "tests.browser.provider", str(port)]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as server:
        try:
            address = f"http://localhost:{port}"
            _answers(f"{address}/.well-known/openid-configuration")
            told = {"preferred_username": "maria", "email": "maria@works.example"}
            put(f"{address}/users/u-7", told | {"groups": ["qc-engineers", "qc-lab"]})
            put(f"{address}/users/u-8", {"preferred_username": "nora", "groups": ["canteen"]})
            yield address
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(10)


@pytest.fixture(scope="module")
def address(home, provider):
    port = free_port()
    (home / "settings.toml").write_text(SETTINGS.format(port=port, provider=provider))
    with served(home, port, QC_OIDC_TEST="a secret between the two"):
        yield f"http://localhost:{port}"


def _answers(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    pytest.fail("the provider did not answer within 60 s")


def put(address: str, told: dict[str, object] | None = None) -> None:
    body, head = json.dumps(told or {}).encode(), {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(address, body, head, method="PUT"), timeout=10).close()  # noqa: S310


def come(page, address: str, subject: str) -> None:
    """Go to the dashboard, choose the company account, and say at the provider who one is."""
    page.goto(address)
    page.get_by_role("button", name="Sign in with the company account").click()
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_from_the_company_account_to_an_action_under_ones_name_and_out(visit, address, home):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    come(visit, address, "u-7")
    expect(visit.locator(".qc-who")).to_have_text("maria · engineer")
    visit.goto(f"{address}/alarms?alarm=3")
    linked = visit.locator(".st-key-alarm_linked")
    linked.get_by_role("button", name="Acknowledge").click()
    visit.locator(".st-key-ack_note_linked_3 input").fill("roll gap is checked")
    visit.locator(".st-key-ack_go_linked_3 button").click()
    expect(linked.get_by_text("acknowledge: unacknowledged → acknowledged")).to_be_visible()

    visit.locator(".st-key-person_menu button").click()
    visit.get_by_role("button", name="Sign out", exact=True).click()
    expect(visit.get_by_text("Nobody is signed in here")).to_be_visible()
    visit.reload()
    expect(visit.get_by_text("this sign-in is over")).to_be_visible()
    with enter(home) as store:
        done = [(a.author, a.action) for a in store.journal.audit.list()]
        assert [one for one in done if one[0] == "maria"] == [
            ("maria", "add_user"), ("maria", "sign in"), ("maria", "acknowledge_alarm"), ("maria", "sign out"),
        ]  # fmt: skip
        assert store.journal.accounts.named("maria").kind == "oidc"


def test_who_is_in_no_group_with_a_role_is_told_so(visit, address):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    come(visit, address, "u-8")
    expect(visit.get_by_text("none of your groups has a role here")).to_be_visible()
    assert visit.locator(".qc-who").count() == 0


@pytest.mark.parametrize("wrong", ["nonce", "expired", "issuer", "audience", "key"])
def test_an_answer_with_one_thing_wrong_lets_nobody_in_and_says_so(visit, address, provider, home, wrong):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    put(f"{provider}/spoil/{wrong}")
    try:
        come(visit, address, "u-7")
        expect(visit.get_by_text(REFUSED)).to_be_visible()
        assert visit.locator(".qc-who").count() == 0
    finally:
        put(f"{provider}/spoil/nothing")
    with enter(home) as store:
        newest = store.journal.audit.list()[-1]
        assert (newest.author, newest.action) == ("nobody", "refused sign in")


def test_who_declines_at_the_provider_is_told_that_it_refused(visit, address):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    visit.goto(address)
    visit.get_by_role("button", name="Sign in with the company account").click()
    visit.get_by_role("button", name="Deny").click()
    expect(visit.get_by_text("The identity provider let nobody in")).to_be_visible()


def test_an_answer_that_nobody_asked_for_is_refused(visit, address):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    visit.goto(f"{address}/oauth2callback?code=stolen&state=made-up")
    expect(visit.get_by_text(REFUSED)).to_be_visible()
