"""The dead man's switch, the account of the night, and the commands on alarms and messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data_connectors.schema import Characteristic, Stage
from qc_app.cli import main
from qc_app.clock import ManualClock
from qc_app.jobs.monitoring import machine
from qc_app.jobs.monitoring.watchman import look_at_night, look_at_scheduler
from qc_app.plant import Plant, digest, render
from qc_app.schedule import Attendant, lead
from qc_app.settings import Settings
from qc_app.store import open_store
from qc_app.views import night_account

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DUE = datetime(2027, 5, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
STAGES = tuple(Stage(f"p-{n}", "A", "press", (), (Characteristic("width"),)) for n in (1, 2, 3))
PLANT = Plant("Works", stages=STAGES)


def told(capsys):
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


@pytest.fixture
def store(tmp_path):
    with open_store(Settings(home=tmp_path / "plant"), create=True, clock=ManualClock(DUE)) as opened:
        opened.journal.plants.save(render(PLANT), digest(PLANT), "test", "", LONG_AGO)
        yield opened


def ran(store, job, status="done", stage="", sentence="fine"):
    day = (DUE - timedelta(days=1)).date()
    run = store.journal.runs.start(job, stage, day, store.clock.now())
    if status != "running":
        store.journal.runs.finish(run, status, sentence, {}, store.clock.now())


def open_kinds(store):
    return {a.kind: a.state for a in store.journal.alarms.list()}


def test_a_night_that_does_not_report_is_an_alarm_though_no_scheduler_lives(store):
    ran(store, "night")
    store.clock.moment = DUE + timedelta(days=1) + 4 * HOUR - timedelta(seconds=1)
    assert look_at_night(store, PLANT) == []
    store.clock.advance(timedelta(seconds=1))
    (condition,) = look_at_night(store, PLANT)
    assert condition.sentence.endswith("should have reported by 2027-05-04 06:00 +00:00 and has not run")
    assert open_kinds(store) == {"night_missed": "unacknowledged"}
    assert [a.count for a in store.journal.alarms.list()] == [1]
    look_at_night(store, PLANT)
    assert [a.count for a in store.journal.alarms.list()] == [2], "one alarm, however often somebody looks"


@pytest.mark.parametrize(("status", "words"), [("running", "began and has not ended"), ("failed", "failed: no disk")])
def test_a_night_that_hangs_or_failed_has_not_reported_either(store, status, words):
    ran(store, "night", status, sentence="no disk")
    store.clock.moment = DUE + 5 * HOUR
    (condition,) = look_at_night(store, PLANT)
    assert words in condition.sentence


def test_the_scheduler_that_comes_back_clears_what_was_said_of_it(store):
    wall = datetime.now(UTC)
    assert look_at_scheduler(store, PLANT, wall)[0].kind == "scheduler_down"
    with lead(store) as leader:
        assert look_at_scheduler(store, PLANT, wall) == []
        store.journal.alarms.raise_("scheduler_down", "", "", "high", "again", "", store.clock.now())
        Attendant(store, leader).round()
        assert open_kinds(store)["scheduler_down"] == "returned"


def test_the_beat_looks_at_disk_and_certificates(store, monkeypatch):
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 3 * 2**20}))
    (store.home / "settings.toml").write_text('certificates = ["/nowhere.pem"]\n')
    with lead(store) as leader:
        Attendant(store, leader).round()
        assert {"disk", "certificate"} <= set(open_kinds(store))
        monkeypatch.undo()
        store.clock.advance(2 * timedelta(minutes=1))
        attendant = Attendant(store, leader)
        attendant.round()
        assert open_kinds(store)["disk"] == "unacknowledged", "its off-delay runs"
        store.clock.advance(HOUR)
        attendant.round()
        assert open_kinds(store)["disk"] == "returned"


def certificate(path: Path, ends: datetime) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "qc.works.example")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = made.not_valid_before(LONG_AGO).not_valid_after(ends).sign(key, hashes.SHA256())
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("days", "priority", "words"),
    [(30, None, ""), (20, "medium", "ends in 20 days"), (2, "high", "ends in 2 days"), (-1, "high", "ended on")],
)
def test_a_certificate_is_told_of_before_it_ends(tmp_path, days, priority, words):
    path = certificate(tmp_path / "qc.pem", DUE + timedelta(days=days, hours=1))
    found = machine.certificate(path, DUE)
    assert (found.priority if found else None) == priority
    assert words in (found.sentence if found else "")


def test_the_account_of_a_night_says_why_stage_by_stage(store):
    store.clock.moment = DUE + HOUR
    for job in ("night ingest", "watch", "upkeep", "night"):
        ran(store, job)
    for job in ("monitor", "adapt width", "predict width", "report"):
        ran(store, job, stage="p-1")
        ran(store, job, "failed" if job == "adapt width" else "done", "p-2", "2 labels, 5 needed")
    found = night_account(store, PLANT, datetime.now(UTC))
    rows = {row["stage"]: row for row in found.rows.iter_rows(named=True)}
    assert (rows["p-1"]["state"], rows["p-1"]["done"], rows["p-1"]["expected"]) == ("done", 4, 4)
    assert (rows["p-2"]["state"], rows["p-2"]["done"], rows["p-2"]["cause"]) == ("failed", 3, "2 labels, 5 needed")
    assert (rows["p-3"]["state"], rows["p-3"]["cause"][:11]) == ("quiet", "nothing new")
    assert rows["plant"]["state"] == "done"
    assert found.rows["stage"][0] == "p-2", "what failed first"
    words = "1 of 3 stages done, 1 had nothing new, 1 with failures; next due 2027-05-04 02:00 +00:00"
    assert words in found.sentence


def test_the_account_of_a_night_that_did_not_run_or_is_not_through(store):
    store.clock.moment = DUE + HOUR
    found = night_account(store, PLANT, datetime.now(UTC))
    assert (found.status, set(found.rows["state"])) == ("missing", {"missing"})
    assert "Night of 2027-05-02: No scheduler works" in found.sentence
    ran(store, "night", "running")
    ran(store, "monitor", stage="p-1")
    found = night_account(store, PLANT, datetime.now(UTC))
    assert {row["state"] for row in found.rows.iter_rows(named=True)} == {"running"}
    assert "3 not reached" in found.sentence


def test_no_night_was_due_yet(tmp_path):
    with open_store(Settings(home=tmp_path / "new"), create=True, clock=ManualClock(DUE + HOUR)) as store:
        store.journal.plants.save(render(PLANT), digest(PLANT), "test", "", DUE + HOUR)
        found = night_account(store, PLANT, datetime.now(UTC))
    assert (found.status, found.rows.height) == ("none", 0)
    assert "the first is due 2027-05-04 02:00 +00:00" in found.sentence


def test_watch_tells_who_is_not_there_by_exit_code_and_by_mail(applied, capsys, monkeypatch):
    went = []
    monkeypatch.setattr("qc_app.notify.sending._by_library", lambda address, letter: went.append((address, letter)))
    monkeypatch.setenv("QC_MAIL", "mailto://somebody")
    Path("plant.toml").write_text(Path("plant.toml").read_text() + '[routes.shift]\nto = "env:QC_MAIL"\ngroup_s = 0\n')
    assert main(["apply", "plant.toml"]) == 0
    capsys.readouterr()
    assert main(["watch"]) == 1
    words = told(capsys)
    assert "no scheduler works" in words
    assert "1 message sent No night" in words
    assert went[0][0] == "mailto://somebody"
    assert "scheduler" in went[0][1].title
    with open_store(Settings(home=applied)) as store:
        store.journal.lease.acquire("somebody", datetime.now(UTC), 60)
    assert main(["watch"]) == 0
    assert main(["notify", "list"]) == 0
    assert "shift" in told(capsys)


def test_alarms_from_the_command_line(applied, capsys):
    with open_store(Settings(home=applied)) as store:
        now = store.clock.now()
        first = store.journal.alarms.raise_("drift", "press", "width", "medium", "width moved", "", now)
        second = store.journal.alarms.raise_("bad_data", "press", "force", "low", "force is stuck", "", now)
    assert main(["alarms", "list"]) == 0
    words = told(capsys)
    assert "width moved" in words
    assert "force is stuck" in words
    assert main(["alarms", "ack", str(first.id), "--note", "roll changed"]) == 0
    assert main(["alarms", "ack", str(first.id)]) == 1
    assert "acknowledged already" in told(capsys)
    assert main(["alarms", "shelve", str(second.id), "--hours", "2", "--reason", "sensor is on order"]) == 0
    assert main(["alarms", "list"]) == 0
    assert "sensor is on order" in told(capsys)
    assert main(["alarms", "unshelve", str(second.id)]) == 0
    assert main(["alarms", "remove", str(second.id), "--reason", "calibration"]) == 0
    assert main(["alarms", "restore", str(second.id)]) == 0
    assert main(["alarms", "close", str(first.incident), "--cause", "roll", "--action", "changed"]) == 1
    assert "still stands" in told(capsys)
    with open_store(Settings(home=applied)) as store:
        store.journal.alarms.clear("drift", "press", "width", store.clock.now())
    assert main(["alarms", "close", str(first.incident), "--cause", "roll", "--action", "changed"]) == 0
    assert main(["alarms", "list", "--all"]) == 0
    assert "width moved" in told(capsys)
    assert main(["alarms", "report"]) == 0
    assert "alarms in 7 days" in told(capsys)
    assert main(["notify", "resend"]) == 0
    assert main(["notify", "test", "nobody"]) == 1
