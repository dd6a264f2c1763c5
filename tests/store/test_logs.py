"""Log lines: one line an entry, no forged entries, no secrets, and never a reason to stop."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from qc_app import logs


@pytest.fixture
def log(tmp_path: Path):
    logs.configure(tmp_path)
    yield logging.getLogger("qc_app.jobs.sources.ingest")
    logs.close()


def lines(home: Path) -> list[str]:
    return (home / "logs" / logs.FILE).read_text(encoding="utf-8").splitlines()


def test_a_line_carries_run_and_stage(log: logging.Logger, tmp_path: Path):
    with logs.about(run=7), logs.about(stage="rolling-2"):
        log.info("%d rows", 12)
    log.info("outside", extra={"stage": "pickling-1"})
    log.debug("not at this level")
    first, second = lines(tmp_path)
    assert first.endswith("INFO jobs.sources.ingest run=7 stage=rolling-2 | 12 rows")
    assert second.endswith("INFO jobs.sources.ingest stage=pickling-1 | outside")


def test_no_entry_forges_another_and_no_secret_is_written(log: logging.Logger, tmp_path: Path):
    try:
        int("bad\r\n2026-01-01T00:00:00.000Z INFO audit | all is well \x1b[2J")
    except ValueError:
        log.exception("unit %s from mqtt://plant:canary@broker/x", "a\nb\u2028c")
    log.warning("password = canary, token: canary2")
    found = lines(tmp_path)
    assert len(found) == 2
    assert "a\\nb\\u2028c" in found[0]
    assert "\\x1b[2J" in found[0]
    assert "Traceback" in found[0]
    assert "canary" not in "".join(found)


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "logs" / logs.FILE).mkdir(parents=True)
    logs.configure(tmp_path)
    for _ in range(3):
        logging.getLogger("qc_app.store").error("still running")
    logs.close()
    assert capsys.readouterr().err.count("cannot be written") == 1
    (tmp_path / "file").write_text("")
    logs.configure(tmp_path / "file")
    logs.close()
    assert "cannot be made" in capsys.readouterr().err


def test_configuring_again_replaces(tmp_path: Path):
    for _ in range(3):
        logs.configure(tmp_path, "ERROR", to_screen=True)
    logger = logging.getLogger("qc_app")
    assert len(logger.handlers) == 2
    logs.close()
    assert logger.handlers == []
