"""The door in a real browser: the first administrator, a reload, a second person, roles at once, the way out."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request

import pytest

from qc_app.access import Actor
from qc_app.actions import add_display, add_user, remove_user, set_role
from qc_app.views import enter
from tests.browser.conftest import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORDS = "four words of mine"
ROOT = Actor("root", "administrator")


@pytest.fixture(scope="module")
def address(home):
    with served(home) as found:
        yield found


@pytest.fixture(scope="module")
def store(home):
    with enter(home) as opened:
        yield opened


def fill(page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"input[name={name}]").fill(value)
    page.get_by_role("button").click()


def sign_in(page, address: str, name: str, password: str = WORDS) -> None:
    page.goto(f"{address}/sign-in")
    fill(page, name=name, password=password)


def test_from_nobody_to_the_first_administrator_and_out_again(visit, address, home):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    broken = []
    visit.on("console", lambda m: broken.append(m.text) if "Content Security Policy" in m.text else None)
    visit.goto(f"{address}/alarms?alarm=3")
    expect(visit.get_by_role("heading", name="The first administrator")).to_be_visible()
    fill(visit, token=WORDS, name="anna", chosen=WORDS, again=WORDS)
    expect(visit.get_by_role("alert")).to_contain_text("The token is another")
    token = (home / "first-administrator").read_text().strip()
    fill(visit, token=token, name="anna", chosen=WORDS, again=WORDS)
    expect(visit.get_by_text("Needs attention")).to_be_visible()
    expect(visit.locator(".qc-who")).to_have_text("anna · administrator")

    cookie = next(c for c in visit.context.cookies() if c["name"] == "qc")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    visit.reload()
    expect(visit.locator(".qc-who")).to_have_text("anna · administrator")
    visit.get_by_role("link", name=re.compile("rolling-2 · thickness")).click()
    expect(visit.locator(".stVegaLiteChart").first).to_be_visible()

    visit.locator(".st-key-person_menu button").click()
    visit.get_by_role("button", name="Sign out", exact=True).click()
    expect(visit.get_by_text("Nobody is signed in here")).to_be_visible()
    visit.get_by_role("link", name="Sign in with an account").click()
    expect(visit.get_by_role("heading", name="Sign in")).to_be_visible()
    visit.context.add_cookies([cookie])  # whoever kept it cannot come back with it
    visit.goto(address)
    expect(visit.get_by_role("heading", name="Sign in")).to_be_visible()
    assert visit.foreign == []
    assert broken == []


def test_a_code_leads_to_a_password_and_a_link_to_where_it_pointed(visit, address, store):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    code = add_user(store, ROOT, "maria", "engineer")
    sign_in(visit, address, "maria", code)
    expect(visit.get_by_role("heading", name="Choose a password")).to_be_visible()
    expect(visit.locator("input[name=name]")).to_have_value("maria")
    fill(visit, present=code, chosen=WORDS, again="other words of mine")
    expect(visit.get_by_role("alert")).to_contain_text("differ")
    fill(visit, present=code, chosen=WORDS, again=WORDS)
    expect(visit.locator(".qc-who")).to_have_text("maria · engineer")

    visit.context.clear_cookies()
    visit.goto(f"{address}/alarms?alarm=3")
    fill(visit, name="Maria", password=WORDS)
    expect(visit.locator(".st-key-alarm_linked")).to_be_visible()
    assert "alarm=3" in visit.url

    set_role(store, ROOT, "maria", "viewer", "moved to sales")  # while the page is open
    visit.locator(".st-key-alarm_linked").get_by_role("button", name="Acknowledge").click()
    visit.locator(".st-key-ack_go_linked_3 button").click()
    expect(visit.get_by_text("maria is viewer and may not acknowledge alarm")).to_be_visible()

    remove_user(store, ROOT, "maria", "left the works")
    visit.keyboard.press("Escape")
    visit.get_by_role("link", name="Labels").click()
    expect(visit.get_by_text("Nobody is signed in here")).to_be_visible()


def test_a_display_stays_signed_in_by_its_link_and_the_address_forgets_the_token(visit, address, store):
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)
    token = add_display(store, ROOT, "Hall 3")
    visit.goto(f"{address}/display?token={token}&next=/alarms")
    expect(visit.locator(".qc-who")).to_have_text("Hall 3 · viewer")
    assert token not in visit.url


def refused(request: urllib.request.Request | str) -> int:
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(request)  # noqa: S310 - our own address
    told.value.close()
    return told.value.code


def handshake(address: str, origin: str) -> int:
    """Ask for the page's socket as a browser would, and return the status."""
    host = address.removeprefix("http://")
    lines = (
        "GET /_stcore/stream HTTP/1.1", f"Host: {host}", f"Origin: {origin}", "Connection: Upgrade",
        "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
    )  # fmt: skip
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), 10) as line:
        line.sendall("\r\n".join(lines).encode())
        return int(line.recv(100).split()[1])


def test_nothing_of_the_plant_is_given_to_who_is_not_in(address):
    for path in ("/media/x.csv", "/_stcore/upload_file/a/b", "/_stcore/metrics", "/_stcore/script-health-check"):
        assert refused(address + path) == 401
    assert handshake(address, address) == 403


def test_without_a_sign_in_only_this_machine_is_let_in_under_its_own_name(home):
    with served(home, QC_SIGN_IN="open") as address:
        port = address.rsplit(":", 1)[1]
        assert handshake(address, address) == 101
        assert handshake(address, "http://evil.example") == 403
        assert refused(urllib.request.Request(address, headers={"Host": f"evil.example:{port}"})) == 400  # noqa: S310
        agent = urllib.request.Request(f"{address}/_stcore/agent/interact", data=b"{}")  # noqa: S310 - our own address
        assert refused(agent) == 403
