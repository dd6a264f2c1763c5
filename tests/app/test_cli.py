"""The command line: exit codes, messages, and what each command does to a small home."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc_app.cli import main


def deliver(
    text="unit_id,time,force\nC1,2026-03-01T08:00:00Z,10\nC2,2026-03-01T08:01:00Z,11\n,2026-03-01T08:02:00Z,1\n",
):
    Path("drop/a.tmp").write_text(text)
    Path("drop/a.tmp").rename("drop/a.csv")


def told(capsys):
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "Usage: qc"),
        (["fly"], 2, "No such command 'fly'"),
        (["night", "--hoem", "x"], 2, "No such option"),
        (["status"], 2, "there is no plant in"),
        (["apply", "nothing.toml"], 2, "nothing.toml cannot be read"),
        (["replay", "nowhere"], 2, "nowhere"),
        (["bench", "--data", "nowhere"], 2, "nowhere"),
        (["--help"], 0, "scheduler"),
    ],
)
def test_wrong_use_is_named(home, capsys, arguments, code, words):
    assert main(arguments) == code
    assert words in told(capsys)


def test_a_wrong_definition_is_code_2_and_changes_nothing(home, capsys):
    Path("bad.toml").write_text("[plant]\nname = 'x'\nzoen = 'UTC'\n")
    assert main(["apply", "bad.toml"]) == 2
    assert "bad.toml, line 3: [plant] does not know 'zoen' - did you mean 'zone'?" in told(capsys)
    assert not home.exists()


def test_apply_shows_the_difference_and_export_gives_it_back(home, capsys):
    assert main(["apply", "plant.toml"]) == 0
    assert "'Works' with 1 stage is new" in told(capsys)
    assert main(["apply", "plant.toml"]) == 0
    assert "nothing changes" in told(capsys)
    Path("new.toml").write_text(Path("plant.toml").read_text().replace('"mm"', '"um"'))
    assert main(["apply", "new.toml", "--dry-run"]) == 0
    assert "characteristic 'width': unit 'mm' becomes 'um'" in told(capsys)
    assert main(["apply", "new.toml", "--reason", "typing error"]) == 0
    assert main(["export", "out.toml"]) == 0
    capsys.readouterr()
    assert main(["apply", "out.toml"]) == 0
    assert "nothing changes" in told(capsys)
    assert 'unit = "um"' in Path("out.toml").read_text()


def test_a_home_without_a_plant_says_what_to_do(home, capsys):
    home.mkdir()
    assert main(["night"]) == 2
    assert "qc apply plant.toml" in told(capsys)


def test_ingest_quarantine_labels_night_status(applied, capsys):
    deliver()
    assert main(["ingest"]) == 0
    assert "3 records from 1 stage: 2 new, 0 revisions, 0 duplicates, 1 quarantined" in told(capsys)
    assert main(["quarantine", "list"]) == 0
    assert "missing_unit" in told(capsys)
    assert main(["quarantine", "replay", "--all"]) == 0
    assert "1 rows read again: 0 stored, 1 still refused" in told(capsys)
    assert main(["quarantine", "dismiss", "--all", "--reason", "a test row"]) == 0
    assert main(["quarantine", "list"]) == 0
    assert "nothing is held" in told(capsys)
    assert main(["quarantine", "replay", "7"]) == 1
    assert "piece 7 is not held" in told(capsys)
    Path("labels.csv").write_text("unit,value\nC1,10.5\nC2,11.5\n")
    where = ["--stage", "press", "--characteristic", "width"]
    assert main(["labels", "add", "labels.csv", *where, "--dry-run"]) == 0
    assert main(["labels", "add", "labels.csv", *where]) == 0
    assert "2 results: 2 new, 0 corrections, 0 known already" in told(capsys)
    assert main(["night"]) == 0
    assert "done: 1 of 1 stage had news" in told(capsys)
    assert main(["status"]) == 0
    text = told(capsys)
    assert "scheduler: none runs" in text
    assert "press width 2 2 baseline" in text


def test_labels_with_faults_are_refused_as_a_whole(applied, capsys):
    Path("labels.csv").write_text("unit,value\nC1,10.5\nC2,ten\n")
    assert main(["labels", "add", "labels.csv", "--stage", "press", "--characteristic", "width"]) == 1
    assert "1 of 2 results cannot be kept; nothing was stored" in told(capsys)
    assert main(["labels", "add", "labels.csv", "--stage", "pres", "--characteristic", "width"]) == 2
    assert "did you mean 'press'" in told(capsys)
    assert main(["labels", "add", "labels.csv", "--stage", "press", "--characteristic", "length"]) == 2


def test_check_names_what_is_wrong(applied, capsys):
    assert main(["check"]) == 0
    assert "all checks passed" in told(capsys)
    Path("drop").rmdir()
    assert main(["check"]) == 1
    assert "FAIL" in told(capsys)
    assert main(["check", "--source", "file"]) == 2
    assert "did you mean 'files'" in told(capsys)


def test_rollback_needs_something_to_go_back_to(applied, capsys):
    assert main(["rollback", "press", "width", "--reason", "it lies"]) == 1
    assert "to go back to" in told(capsys)
    assert main(["rollback", "press", "length", "--reason", "it lies"]) == 2


def test_a_viewer_may_not_change_the_plant(home, capsys, monkeypatch):
    monkeypatch.setenv("QC_ROLE", "viewer")
    assert main(["apply", "plant.toml"]) == 1
    assert "may not apply plant" in told(capsys)


def test_something_unexpected_is_a_sentence_and_a_file(applied, capsys, monkeypatch):
    def burst(*_args, **_options):
        raise ZeroDivisionError("a pipe")

    monkeypatch.setattr("qc_app.cli.learning.daily.refresh", burst)
    assert main(["ingest"]) == 1
    text = told(capsys)
    assert "unexpected: ZeroDivisionError: a pipe" in text
    assert "Traceback" not in text
    assert "Traceback" in (applied / "logs" / "unexpected-errors.log").read_text()
