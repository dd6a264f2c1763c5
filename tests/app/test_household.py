"""Scheduler and dashboard as processes: they start, stop and end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from qc_app.cli import main
from qc_app.cli.serving.household import RESTARTS, Child, _watched, free_port
from qc_app.cli.tied import tied
from qc_app.errors import AlreadyRunning
from qc_app.schedule.leader import LOCK, locked


def test_a_taken_port_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AlreadyRunning, match="choose another --port"):
            free_port("127.0.0.1", taken.getsockname()[1])


def test_up_refuses_a_second_scheduler(applied, capsys):
    with locked(applied):
        assert main(["up", "--no-browser", "--port", str(_free())]) == 1
    assert "a scheduler already works in" in " ".join("".join(capsys.readouterr()).split())


def _free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _qc(*arguments):
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, "-m", "qc_app", *arguments], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_who_is_killed_is_started_anew_and_who_gives_up_is_not(tmp_path, capsys):
    for end, times in (("kill -9 $$", 1 + RESTARTS), ("exit 3", 1)):
        lives = tmp_path / f"{times}"
        children = [Child.started("scheduler", ["sh", "-c", f"echo >> {lives}; {end}"], os.environ)]
        dead = _watched(children, "http://127.0.0.1:1", threading.Event(), browser=False)
        assert [child.name for child in dead] == ["scheduler"]
        assert len(lives.read_text().splitlines()) == times
        assert capsys.readouterr().out.count("is started anew") == times - 1


@pytest.mark.slow
def test_the_scheduler_stops_cleanly_on_sigterm(applied):
    process = _qc("scheduler")
    assert "scheduler of 'Works'" in process.stdout.readline()
    second = _qc("scheduler")
    output, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert "a scheduler already works in" in " ".join(output.split())
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert "scheduler stopped" in output


def _comes_true(found, within_s=90):
    """Whether `found` returns something true in time; an OSError or a lock that is held means not yet."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if found():
                return True
        except (OSError, AlreadyRunning):
            pass
        time.sleep(0.3)
    return False


def _healthy(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as reply:
        return reply.status == 200


def _led(home):
    """Whether a scheduler has written its number into the lock; trying the lock might keep it from the scheduler."""
    return (home / LOCK).read_text().isdigit()


def _nothing_runs(home, port):
    with locked(home):
        free_port("127.0.0.1", port)
    return True


@pytest.mark.slow
def test_up_serves_and_stops_both(applied):
    port = _free()
    process = _qc("up", "--no-browser", "--port", str(port))
    try:
        assert _comes_true(lambda: _healthy(port)), "the dashboard never answered"
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert "stopped" in output
    assert _nothing_runs(applied, port)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_up_that_is_killed_takes_both_with_it(applied):
    port = _free()
    process = _qc("up", "--no-browser", "--port", str(port))
    try:
        assert _comes_true(lambda: _healthy(port)), "the dashboard never answered"
        assert _comes_true(lambda: _led(applied)), "the scheduler never led"
    finally:
        process.kill()
        process.wait(timeout=60)
        process.stdout.close()
    assert _comes_true(lambda: _nothing_runs(applied, port))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_who_was_left_alone_before_it_began_does_not_begin(tmp_path):
    left = subprocess.run(tied(["touch", str(tmp_path / "begun")], parent=1), check=False)
    assert left.returncode == 1
    assert not (tmp_path / "begun").exists()
