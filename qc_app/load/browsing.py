"""`qc bench pages --browser`: the same plant in a real browser: what a person waits until a page stands still."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qc_app.errors import QcError
from qc_app.load.history import made
from qc_app.load.making import QUALITY
from qc_app.load.pages import LOADS, USERS, PagesRun, Took
from qc_app.load.run import Told
from qc_app.load.watching import processor_s, resident_mb

#: How the dashboard of a home is started at a port: the command, and its environment.
Start = Callable[[Path, int], tuple[Sequence[str], Mapping[str, str]]]
TIMES = 10
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
_START_S, _PATIENCE_MS = 120.0, 120_000
_STILL = '[data-testid="stApp"][data-test-script-state="notRunning"]'
_CHART = ".st-key-stage_chart_picture .stVegaLiteChart"
_TURN = ("Stage", "Overview", "Alarms", "Models", "Labels")


def run_browsing(
    home: Path, browser: Path, start: Start, *, stages: int, days: int, told: Told = lambda _what, _share: None
) -> PagesRun:
    """Make a plant with a past, serve it as `qc up` does, and look at it with a browser.

    Ten times each: the first view in a fresh browser, from page to page, another stage chosen on the page, a stage by
    a link from outside, which starts the whole program in the browser as the first view does. Then ten people at once
    load twenty pages each, and the memory of the server is read.

    Parameters
    ----------
    home : Path
        New.
    browser : Path
        A Chromium.
    start : callable
    stages, days : int
    told : callable, optional

    Raises
    ------
    QcError
        If the package playwright is missing (extra `test`), or the server does not begin.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise QcError("the package playwright is missing - pip install 'qc-app[test]'") from None
    told("making the plant and its past", 0.0)
    names = [stage.id for stage in made(home, stages, days).stages[:USERS]]  # those with units in the lake
    with _served(home, start) as (address, server), sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=str(browser), args=list(_QUIET))
        looking = _Looking(chromium, address, server)
        seconds: dict[str, list[Took]] = {}
        for share, (what, act) in enumerate(_looks(looking, names).items(), 1):
            told(what, 0.15 * share)
            if what == "stage":
                looking.stage(names[-1])  # to choose another than this one
            seconds[what] = [looking.timed(act, n) for n in range(TIMES)]
        told("ten people at once", 0.8)
        looking.crowd()
        busy, memory = os.getloadavg()[0], resident_mb(server)
        chromium.close()
    waited, worked = ({what: [took[i] for took in all_] for what, all_ in seconds.items()} for i in (0, 1))
    loads = len(seconds) * TIMES + USERS * LOADS
    return PagesRun(stages, days, loads, waited, worked, memory or float("nan"), busy)


def _looks(looking: _Looking, names: list[str]) -> dict[str, Callable[[int], None]]:
    return {
        "first view": lambda _: looking.first(),
        "page to page": lambda n: looking.onward(looking.page, _TURN[n % len(_TURN)]),
        "stage": lambda n: looking.choose(names[n % len(names)]),
        "stage by a link": lambda n: looking.stage(names[n % len(names)]),
    }


class _Looking:
    """A browser at a served dashboard."""

    def __init__(self, chromium: Any, address: str, server: int) -> None:
        self._chromium, self._address, self._server = chromium, address, server
        self.page: Any = None

    def timed(self, act: Callable[[int], None], n: int) -> Took:
        began, worked = time.perf_counter(), processor_s(self._server) or 0.0
        act(n)
        return time.perf_counter() - began, (processor_s(self._server) or 0.0) - worked

    def first(self) -> None:
        """See the overview in a browser that was never here."""
        if self.page is not None:
            self.page.context.close()
        self.page = self._chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        self.page.set_default_timeout(_PATIENCE_MS)
        self.page.goto(self._address)
        self._stands(self.page, "Overview")

    def onward(self, page: Any, title: str) -> None:
        """Go to another page by its link."""
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        self._stands(page, title)

    def choose(self, name: str) -> None:
        """Choose another stage on the page and see its picture."""
        self.page.locator(".st-key-pick_stage input").click()
        self.page.keyboard.type(name)
        self.page.get_by_role("option", name=name).first.wait_for(state="visible")
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"**stage={name}**")
        self._stands(self.page, "Stage")
        self.page.locator(_CHART).first.wait_for(state="visible")

    def stage(self, name: str) -> None:
        """See the picture of a stage by a link to it."""
        self.page.goto(f"{self._address}/stage?stage={name}&what={QUALITY}&window=7d")
        self._stands(self.page, "Stage")
        self.page.locator(_CHART).first.wait_for(state="visible")

    def crowd(self) -> None:
        """Let ten people load twenty pages each, all at once."""
        pages = [self._chromium.new_context().new_page() for _ in range(USERS)]
        for turn in range(LOADS):
            path = _TURN[turn % len(_TURN)].lower().replace("overview", "")
            for page in pages:
                page.goto(f"{self._address}/{path}", wait_until="commit", timeout=_PATIENCE_MS)
            for page in pages:
                page.set_default_timeout(_PATIENCE_MS)
                self._stands(page, _TURN[turn % len(_TURN)])

    @staticmethod
    def _stands(page: Any, title: str) -> None:
        page.get_by_role("heading", name=title, exact=True).wait_for(state="visible")
        page.locator(_STILL).wait_for(state="attached")


@contextmanager
def _served(home: Path, start: Start) -> Iterator[tuple[str, int]]:
    """Serve the dashboard of a home, open to this machine; gives its address and the number of its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command, environment = start(home, port)
    given = {**environment, "QC_USER": "bench", "QC_ROLE": "engineer", "QC_SIGN_IN": "open"}
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - our own
        try:
            _wait(f"{address}/_stcore/health", server)
            yield address, server.pid
        finally:
            server.terminate()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise QcError(f"the dashboard did not begin in {_START_S:.0f} s")
