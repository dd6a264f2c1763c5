"""A real dashboard, served as `qc up` serves it, and a real browser that may reach nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qc_app.dashboard.launch import launch_command, launch_environment
from qc_app.settings import Settings

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    from tests.pages import made_troubles

    return made_troubles.troubled(tmp_path_factory.mktemp("browser") / "home")


@pytest.fixture(scope="module")
def address(home) -> Iterator[str]:
    with served(home, QC_USER="maria", QC_ROLE="engineer", QC_SIGN_IN="open") as found:
        yield found


@contextmanager
def served(home: Path, port: int = 0, **environment: str) -> Iterator[str]:
    """Serve the dashboard of a home while the block lasts; yields its address."""
    port = port or free_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        command = launch_command(home, port=port, hosts=Settings.load(home).hosts)
    given = launch_environment(home) | environment
    with subprocess.Popen(command, env=given, start_new_session=True) as server:
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(10)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
        else:
            return
    pytest.fail("the dashboard did not answer within 60 s")


@pytest.fixture(scope="module")
def chromium():
    """One Chromium for a module's tests; each test has its own context, which knows nothing of the others."""
    if not shutil.which(CHROMIUM):
        pytest.skip(f"no Chromium at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(address, chromium):
    """Give a page of a fresh context, with what it asked of other hosts and what dialogs opened."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.foreign, page.dialogs = [], []
    page.on("request", lambda r: _note(page.foreign, r.url, address))
    page.on("dialog", lambda d: (page.dialogs.append(d.message), d.dismiss()))
    yield page
    context.close()


def _note(foreign: list[str], url: str, address: str) -> None:
    if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:", "about:")):
        foreign.append(url)
