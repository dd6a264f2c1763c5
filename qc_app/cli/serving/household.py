"""Scheduler, dashboard and (where asked for) the HTTP API as child processes, started and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qc_app.cli.terminal import fail, progress, say
from qc_app.cli.tied import tied
from qc_app.dashboard.launch import launch_command, launch_environment
from qc_app.errors import AlreadyRunning
from qc_app.schedule.leader import locked
from qc_app.settings import Settings

PATIENCE_S = 90.0
GRACE_S = 30.0
#: Niceness of the scheduler: who waits for a page or an answer goes before the night.
STANDS_BACK = 10
#: How often within an hour a process that was killed (memory, native code) is started anew before all is given up.
RESTARTS = 3
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Child:
    """One process of the household, and what starts it."""

    name: str
    process: subprocess.Popen[bytes]
    start: Callable[[], subprocess.Popen[bytes]]

    @classmethod
    def started(cls, name: str, command: Sequence[str], environment: Mapping[str, str], nice: int = 0) -> Child:
        """Start a process that ends when this one does."""

        def start() -> subprocess.Popen[bytes]:
            bound = tied(command, os.getpid())
            process = subprocess.Popen(bound, env=dict(environment), start_new_session=True)  # noqa: S603
            if nice:
                os.setpriority(os.PRIO_PROCESS, process.pid, nice)
            return process

        return cls(name, start(), start)

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self.process.poll() is not None

    @property
    def killed(self) -> bool:
        """Whether a signal ended it: the system for want of memory, or a fault in native code."""
        return self.ended and self.process.returncode < 0

    def again(self) -> Child:
        """Start it anew."""
        return Child(self.name, self.start(), self.start)


def serve(settings: Settings, port: int, *, browser: bool) -> int:
    """Run them until told to stop, or until one of them ends; killed, it takes them with it.

    One that the system killed is started anew, three times an hour at most: what it did is taken up where it stood.

    Parameters
    ----------
    settings : Settings
    port : int
        Of the dashboard.
    browser : bool
        Open one when the dashboard answers.

    Returns
    -------
    int
        Exit code: 0 if it was told to stop.

    Raises
    ------
    AlreadyRunning
        If the port is taken or a scheduler works in this home already.
    """
    home = settings.home.absolute()
    free_port(settings.bind, port)
    if settings.api:
        free_port(settings.api_bind, settings.api_port)
    with locked(home):
        pass
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    beat = [sys.executable, "-m", "qc_app", "scheduler", "--home", str(home)]
    children: list[Child] = []
    try:
        children.append(Child.started("scheduler", beat, os.environ, STANDS_BACK))
        if settings.api:
            served = [sys.executable, "-m", "qc_app", "api", "--home", str(home)]
            children.append(Child.started("api", served, os.environ))
        command = launch_command(home, settings.bind, port, settings.hosts)
        children.append(Child.started("dashboard", command, launch_environment(home)))
        dead = _watched(children, f"http://{settings.bind}:{port}", stop, browser=browser)
    finally:
        _stop(children)
    if dead and not stop.is_set():
        names = " and ".join(f"the {c.name} (exit code {c.process.returncode})" for c in dead)
        return fail(f"{names} ended; everything was stopped - its last lines are above and in {home / 'logs'}", 1)
    say("stopped")
    return 0


def _watched(children: list[Child], url: str, stop: threading.Event, *, browser: bool) -> list[Child]:
    """Say where the dashboard is once it answers; return which children ended by themselves, when one did."""
    if _answers(url, children, stop):
        say(f"dashboard: {url}  (Ctrl-C stops everything)")
        if browser:
            webbrowser.open(url)
    anew: list[float] = []
    while not stop.wait(0.5):
        for n in [n for n, child in enumerate(children) if child.ended]:
            if not children[n].killed or not _allowed(anew):
                return [child for child in children if child.ended]
            say(f"the {children[n].name} was killed (signal {-children[n].process.returncode}); it is started anew")
            children[n] = children[n].again()
    return []


def _allowed(anew: list[float]) -> bool:
    """Note that a process is to be started anew, unless it was too often within an hour."""
    at = time.monotonic()
    anew[:] = [moment for moment in anew if at - moment < _HOUR_S]
    anew.append(at)
    return len(anew) <= RESTARTS


def free_port(bind: str, port: int) -> None:
    """Raise AlreadyRunning if something else listens there."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            raise AlreadyRunning(
                f"port {port} on {bind} cannot be used ({error.strerror}) - stop what uses it, or choose another --port"
            ) from None


def _answers(url: str, children: Sequence[Child], stop: threading.Event) -> bool:
    """Wait until the dashboard says that it is healthy."""
    began = time.monotonic()
    with progress("starting") as tell:
        while not stop.wait(0.3) and not any(child.ended for child in children):
            waited = time.monotonic() - began
            tell("starting the dashboard", min(waited / 10.0, 0.95))
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as reply:  # noqa: S310 - our own address
                    if reply.status == 200:
                        return True
            except (urllib.error.URLError, OSError):
                pass
            if waited > PATIENCE_S:
                fail(f"the dashboard does not answer at {url} after {PATIENCE_S:.0f} s; it may still come", 1)
                return False
    return False


def _stop(children: Sequence[Child]) -> None:
    """Ask each to end, the dashboard first; end it if it does not."""
    for child in reversed(children):
        if not child.ended:
            child.process.terminate()
    deadline = time.monotonic() + GRACE_S
    for child in reversed(children):
        try:
            child.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            say(f"the {child.name} did not end in {GRACE_S:.0f} s and is killed; it resumes at the next start")
            child.process.kill()
            child.process.wait()
