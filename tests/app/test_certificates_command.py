"""`qc certificates`: what is listed, accepted with a reason and on record; the alarm before one ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_connectors.pki.certificates import thumbprint
from data_connectors.schema import Source
from qc_app.cli import main
from qc_app.jobs.monitoring.machine import look_at_machine
from qc_app.plant import Plant
from qc_app.settings import Settings
from qc_app.store import open_store, plant_in_force
from tests.connectors.opcua.test_trust import laid, made
from tests.pages import made_plants


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    settings = {"url": "opc.tcp://plc:4840", "pki": str(tmp_path / "pki")}
    sources = tuple(Source(name, "opcua", "rolling-1", settings=settings) for name in ("plc", "plc-lab"))
    plant = Plant("Works", stages=(made_plants.stage("rolling-1"),), sources=sources)
    made_plants.founded(tmp_path / "home", plant).close()
    (tmp_path / "home" / "clock.json").unlink()
    for name, value in {"QC_HOME": str(tmp_path / "home"), "QC_ROLE": "engineer", "COLUMNS": "250"}.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "home"


@pytest.fixture
def qc(capsys):
    """Run a command; return its exit code and what it said."""

    def run(*words: str) -> tuple[int, str]:
        code = main(["certificates", *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


def test_list_accept_reject_and_what_is_on_record(home, qc, tmp_path):
    one = made()
    laid(tmp_path / "pki", "pending", one)
    code, listed = qc("list")
    assert code == 0
    assert thumbprint(one) in listed
    assert "pending" in listed
    short = thumbprint(one)[:23]
    code, words = qc("accept", short, "--reason", " ")
    assert (code, "needs a reason" in words) == (1, True)
    code, words = qc("accept", short, "--reason", "compared at the panel")
    assert code == 0, words
    assert "plc, plc-lab: CN=plc" in words
    assert (tmp_path / "pki" / "trusted").is_dir()
    assert "no certificate begins with" in qc("reject", "0011223344", "--reason", "x")[1]
    with open_store(Settings(home=home)) as store:
        row = next(a for a in store.journal.audit.list(last=5) if a.action == "accept_certificate")
    assert (row.reason, row.detail["thumbprint"]) == ("compared at the panel", thumbprint(one))


@pytest.mark.usefixtures("home")
def test_another_sources_folder_is_left_alone(qc, tmp_path):
    laid(tmp_path / "pki", "pending", one := made())
    words = qc("accept", thumbprint(one), "--source", "other", "--reason", "x")[1]
    assert "source 'other' has no folder of certificates" in words
    assert not (tmp_path / "pki" / "trusted").exists()


@pytest.mark.parametrize(("days", "alarms"), [(5, 1), (400, 0)])
def test_there_is_an_alarm_before_a_trusted_certificate_ends(home, tmp_path, days, alarms):
    laid(tmp_path / "pki", "trusted", made(days=days))
    laid(tmp_path / "pki", "pending", made(days=1), "waiting.der")
    with open_store(Settings(home=home)) as store:
        look_at_machine(store, (), plant_in_force(store))
        found = [a for a in store.journal.alarms.list(open_only=True) if a.kind == "certificate"]
    assert len(found) == alarms
    assert all("the trusted certificate of plc, plc-lab" in a.sentence for a in found)
