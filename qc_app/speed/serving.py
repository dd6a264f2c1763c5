"""How fast the HTTP API answers for one unit: alone, and beside a night that runs on the same cores."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from qc_app.access import Actor
from qc_app.actions import create_token
from qc_app.demo.creation import create_demo
from qc_app.errors import QcError
from qc_app.settings import Settings
from qc_app.speed.asking import Answered, ask, question
from qc_app.store import Store, open_store
from qc_app.store.journal.base.columns import dumps
from qc_app.views import plant_now

Told = Callable[[str, float], None]
#: What the promise is about: 99 of 100 answers within so many milliseconds, on two cores beside a running night.
TARGET_MS = 20.0
NICE = 10
_UNITS = 100
_ALONE_S = 10.0
_START_S = 180.0


@dataclass(frozen=True, slots=True)
class Answering:
    """How a stretch of questions was answered; times in milliseconds from when each was due."""

    what: str
    asked: int
    right: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    worst_ms: float
    cpu_ms: float
    busy: float

    @property
    def met(self) -> bool:
        """Whether all were answered, and 99 of 100 in time."""
        return self.right == self.asked and self.p99_ms <= TARGET_MS

    @property
    def row(self) -> tuple[str, ...]:
        """The figures as cells of a table."""
        times = (f"{value:.1f}" for value in (self.p50_ms, self.p90_ms, self.p99_ms, self.worst_ms, self.cpu_ms))
        return (self.what, f"{self.right} of {self.asked}", *times, f"{self.busy:.1f}")


def run_serving(
    home: Path | None = None, *, rate: float = 50.0, seconds: float = 30.0, night: bool = True, told: Told
) -> list[Answering]:
    """Serve a copy of a plant and ask it for scores.

    Parameters
    ----------
    home : Path, optional
        A plant's folder, copied; default: a simulated plant is set up, which takes a minute or two.
    rate, seconds : float
        Questions a second, and for how long beside the night; first a third of it, ten seconds at most, alone.
    night : bool
        Let nights run meanwhile, one after the other, each a plant day later, at niceness 10 as `qc up` runs them.
    told : callable
        ``told(words, share)``.

    Returns
    -------
    list of Answering
        Alone, and beside the night.
    """
    with tempfile.TemporaryDirectory(prefix="qc-bench-api-") as made:
        folder = Path(made) / "home"
        if home is None:
            create_demo(folder, weeks=3, told=lambda what, share: told(what, 0.6 * share))
        else:
            shutil.copytree(home, folder)
        told("questions are prepared", 0.6)
        questions = _questions(folder)
        with _serving(folder) as (port, server):
            told("asking alone", 0.7)
            ask(port, questions, rate, 2.0)
            found = [_stretch("alone", server, lambda: ask(port, questions, rate, min(seconds / 3, _ALONE_S)))]
            if night:
                told("asking beside a night", 0.8)
                with _nights(folder):
                    time.sleep(2.0)
                    found.append(_stretch("beside a night", server, lambda: ask(port, questions, rate, seconds)))
    return found


def _questions(home: Path) -> list[bytes]:
    """Return scores of the newest units of every stage, stage by stage in turn."""
    with open_store(Settings(home=home)) as store:
        _, token = create_token(store, Actor("bench", "administrator"), "bench", scopes=("score",), per_minute=60_000)
        bodies = _bodies(store)
    longest = max(map(len, bodies), default=0)
    turns = [of[i] for i in range(longest) for of in bodies if i < len(of)]
    if not turns:
        raise QcError(f"no unit in {home} can be asked about - let it run for a day first, or leave out --home")
    return [question("/api/v1/score", body, token) for body in turns]


def _bodies(store: Store) -> list[list[bytes]]:
    plant = plant_now(store)
    found = []
    for stage in plant.stages if plant else ():
        names = [p.name for p in stage.parameters]
        rows = store.lake.measurements(stage.id, last=_UNITS, columns=["unit_id", *names])
        if stage.characteristics and stage.window is None:
            asked = [{"stage": stage.id, "unit_id": r.pop("unit_id"), "values": r} for r in rows.iter_rows(named=True)]
            found.append([dumps(one).encode() for one in asked])
    return found


def _stretch(what: str, server: subprocess.Popen[bytes], act: Callable[[], Sequence[Answered]]) -> Answering:
    before = _cpu_s(server.pid)
    found = act()
    spent = _cpu_s(server.pid) - before
    times = sorted(one.seconds * 1e3 for one in found)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Answering(
        what=what,
        asked=len(found),
        right=sum(one.status == 200 for one in found),
        p50_ms=cuts[49],
        p90_ms=cuts[89],
        p99_ms=cuts[98],
        worst_ms=times[-1],
        cpu_ms=1e3 * spent / len(found),
        busy=os.getloadavg()[0],
    )


def _cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process so far, by proc(5); NaN where there is no such thing."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return float("nan")
    fields = path.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _serving(home: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = _start(["api", "--home", str(home), "--port", str(port)])
    try:
        _wait_until_warm(home, port, server)
        yield port, server
    finally:
        _end(server)


def _wait_until_warm(home: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers and has loaded all stages."""
    with open_store(Settings(home=home)) as store:
        plant = plant_now(store)
    stages = sum(bool(stage.characteristics) for stage in plant.stages) if plant else 0
    log, deadline = home / "logs" / "api.log", time.monotonic() + _START_S
    while time.monotonic() < deadline and server.poll() is None:
        time.sleep(0.2)
        loaded = log.read_text(encoding="utf-8").count("are in memory") if log.exists() else 0
        if loaded >= stages and _alive(port):
            return
    raise QcError(f"the api did not begin in {_START_S:.0f} s - see {log}")


def _alive(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _nights(home: Path) -> Iterator[None]:
    """Let nights run, each on the units of a further plant day, until the block ends."""
    with open_store(Settings(home=home)) as store:
        moment = store.clock.now()
    command = [sys.executable, "-m", "qc_app.speed.nights", str(home), (moment + timedelta(days=1)).isoformat()]
    runner = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    os.setpriority(os.PRIO_PROCESS, runner.pid, NICE)
    try:
        yield
        if runner.poll() is not None:
            raise QcError(f"the nights ended by themselves (exit code {runner.returncode}) - see {home / 'logs'}")
    finally:
        _end(runner)


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "qc_app", *arguments], stdout=subprocess.DEVNULL)  # noqa: S603 - our own


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
