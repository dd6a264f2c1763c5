"""A newcomer's first days on the command line: bad deliveries, what is said of them, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from qc_app.cli import main
from qc_app.schedule.leader import locked
from qc_app.settings import Settings
from qc_app.store import open_store

HEAD = "unit_id,time,force\n"
GOOD = "C1,2026-03-01T08:00:00,10\nC2,2026-03-01T08:01:00,11\n"


def told(capsys):
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


def deliver(text, name="a.csv", folder="drop"):
    aside = Path(folder) / f"{name}.tmp"
    aside.write_bytes(text.encode() if isinstance(text, str) else text)
    aside.replace(aside.with_suffix(""))


def counts(home):
    with open_store(Settings(home=home)) as store:
        return store.lake.counts("press", "files"), store.journal.quarantine.list(state=None)


@pytest.mark.parametrize(
    ("text", "stored", "reason", "words"),
    [
        (
            HEAD + "C1,2026-03-01T08:00:00,10\nC2,2026-03-01T0",
            1,
            "column_count",
            "line 3 has 2 fields and the header 3",
        ),
        ("unit_id,time\nC1,2026-03-01T08:00:00\n", 0, "missing_column", "column 'force' missing in a.csv"),
        ("unit_id,time,Force\nC1,2026-03-01T08:00:00,1\n", 0, "missing_column", 'e.g. force = "Force"'),
        (HEAD + "C1,2026-03-01T08:00:00,1\nC1,2026-03-01T08:00:00,2\n", 1, "dup_conflict", "row 2 of a.csv: unit 'C1'"),
        (HEAD + ",2026-03-01T08:00:00,1\n", 0, "missing_unit", "row 1 of a.csv: no unit id in 'unit_id'"),
        (HEAD + "C1,yesterday,1\n", 0, "unparsable_time", "it has no digit: take the line away"),
        (HEAD + "C1,8h on day 60,1\n", 0, "unparsable_time", "set time_format in [sources.files]"),
        (HEAD + "C1,2106-01-01T00:00:00,1\n", 0, "time_out_of_range", "is not within 1970..2105"),
        ("", 0, "empty_file", "it needs a line with the names of the columns"),
        (b"\x00\xff\xfe\x01", 0, "bad_encoding", "set encoding"),
    ],
)
def test_what_cannot_be_stored_is_listed_with_a_cure_and_the_books_balance(
    applied, capsys, text, stored, reason, words
):
    deliver(text)
    assert main(["ingest"]) == 0
    assert "1 record set aside with a reason each - see `qc quarantine list`" in told(capsys)
    assert main(["quarantine", "list"]) == 0
    listed = told(capsys)
    assert reason in listed
    assert words in listed
    assert "Traceback" not in listed
    books, held = counts(applied)
    assert (books.new, books.quarantined, len(held)) == (stored, 1, 1)
    assert main(["status"]) == 0
    summed = f"received {stored + 1} = {stored} new + 0 revisions + 0 duplicates + 1 quarantined: balances; 1 held"
    assert summed in told(capsys)


def test_values_that_are_none_are_kept_as_empty_and_told(applied, capsys):
    values = enumerate(("abc", "NaN", "inf", ""))
    deliver(HEAD + "".join(f"C{i},2026-03-01T08:0{i}:00,{value}\n" for i, value in values))
    assert main(["ingest"]) == 0
    assert "4 new, 0 revisions, 0 duplicates, 0 quarantined; 3 rows have values that are bad or uncertain" in told(
        capsys
    )
    assert main(["check", "--source", "files"]) == 1
    words = told(capsys)
    assert "4 of 4 can be kept, 3 with values that are bad or uncertain: e.g. force 'abc' (not_a_number)" in words
    assert "not one value of force is good" in words


def test_a_naive_time_is_told_by_check_before_anything_is_read(home, capsys):
    text = Path("plant.toml").read_text().replace('zone = "UTC"\n', "")
    Path("plant.toml").write_text(text)
    deliver(HEAD + GOOD)
    assert main(["apply", "plant.toml"]) == 0
    capsys.readouterr()
    assert main(["check"]) == 1
    assert "0 of 2 can be kept; stage 'press': row 1 of a.csv" in told(capsys)
    assert main(["ingest"]) == 0
    Path("plant.toml").write_text(text.replace("settle_s", 'zone = "UTC"\nsettle_s'))
    assert main(["apply", "plant.toml"]) == 0
    capsys.readouterr()
    assert main(["quarantine", "replay", "--all", "--dry-run"]) == 0
    assert "2 rows would be read again: 2 can be stored, 0 still refused; nothing was changed" in told(capsys)
    assert main(["quarantine", "replay", "--all"]) == 0
    assert "2 rows read again: 2 stored, 0 still refused" in told(capsys)
    books, held = counts(home)
    assert (books.received, books.new, books.quarantined) == (4, 2, 2)
    assert {p.state for p in held} == {"replayed"}


def test_a_corrected_mapping_reads_the_file_and_settles_it(applied, capsys):
    deliver("unit_id,time,Force\nC1,2026-03-01T08:00:00,1\n")
    deliver(HEAD + "C2,2026-03-01T08:00:00\n", "b.csv")
    assert main(["ingest"]) == 0
    assert main(["quarantine", "replay", "--all", "--dry-run"]) == 0
    assert "2 broken lines or whole files cannot be read again from here - correct the mapping or the file" in told(
        capsys
    )
    assert main(["quarantine", "replay", "--all"]) == 0
    Path("drop/b.csv").unlink()
    Path("plant.toml").write_text(Path("plant.toml").read_text() + '[sources.files.columns]\nforce = "Force"\n')
    assert main(["apply", "plant.toml"]) == 0
    assert main(["ingest"]) == 0
    _, held = counts(applied)
    assert [(p.origin, p.state) for p in held] == [("a.csv", "replayed"), ("b.csv", "held")]
    assert main(["quarantine", "dismiss", "--all", "--reason", "a broken line"]) == 0
    assert "1 dismissed by maria" in told(capsys)


def test_what_is_still_refused_stays_held_and_counts_once(applied):
    deliver(HEAD + ",2026-03-01T08:00:00,1\n")
    assert main(["ingest"]) == 0
    for _ in range(3):
        assert main(["quarantine", "replay", "--all"]) == 0
    books, held = counts(applied)
    assert (books.received, books.quarantined) == (1, 1)
    assert [(p.state, p.count) for p in held] == [("held", 1)]


def test_a_folder_that_is_not_there_is_told_by_ingest_night_and_status(applied, capsys):
    Path("drop").rmdir()
    for command in ("ingest", "night"):
        assert main([command]) == 1
        said = told(capsys)
        assert "could not read files: folder" in said
        assert "check path and rights" in said
    assert main(["status"]) == 0
    assert "alarm (medium) press: ingest files of stage 'press' failed: folder" in told(capsys)


def test_the_same_night_again_says_that_it_was_done(applied, capsys):
    assert main(["status"]) == 0
    assert "was due" not in told(capsys)
    assert main(["night"]) == 0
    capsys.readouterr()
    assert main(["night"]) == 0
    said = told(capsys)
    assert "nothing was done: the night of" in said
    assert "next night, due" in said


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("unit,valu\nC1,10\n", 0, "1 result: 1 new"),
        ("unit,width\nC1,10\n", 0, "1 result: 1 new"),
        ("unit,value\nC1,10\nC1,11\n", 1, "the same unit twice with different values - keep one"),
        ("unit,value\nC9,10\n", 0, "unit C9: no measurements of this unit yet"),
        ("unit,value\nC1,nan\n", 1, "'nan' is not a number"),
        ("unit,value,time\nC1,10,yesterday\n", 1, "line 2: time 'yesterday' is not like 2026-03-01 14:05"),
    ],
)
def test_results_from_a_file(applied, capsys, text, code, words):
    deliver(HEAD + GOOD)
    assert main(["ingest"]) == 0
    Path("results.csv").write_text(text)
    assert main(["labels", "add", "results.csv", "--stage", "press", "--characteristic", "width"]) == code
    assert words in told(capsys)


def test_the_same_results_again_are_known_and_others_correct(applied, capsys):
    add = ["labels", "add", "results.csv", "--stage", "press", "--characteristic", "width"]
    for value, words in (("10", "1 new, 0 corrections"), ("10", "0 new, 0 corrections, 1 known already"),
                         ("11", "0 new, 1 correction,"), ("10", "0 new, 1 correction,")):  # fmt: skip
        Path("results.csv").write_text(f"unit,value\nC1,{value}\n")
        assert main(add) == 0
        assert words in told(capsys)


@pytest.mark.parametrize("command", ["ingest", "night"])
def test_who_may_not_ask_for_a_run_may_not_start_one(applied, capsys, monkeypatch, command):
    monkeypatch.setenv("QC_ROLE", "viewer")
    assert main([command]) == 1
    assert "may not request run - ask someone who is engineer or above" in told(capsys)


def test_export_and_apply_are_one_round(applied, capsys):
    assert main(["export", "out.toml"]) == 0
    assert main(["apply", "out.toml"]) == 0
    assert "nothing changes" in told(capsys)
    assert main(["export", "again.toml"]) == 0
    assert Path("out.toml").read_bytes() == Path("again.toml").read_bytes()


def test_a_second_scheduler_is_told_whose_is_the_first(applied, capsys):
    with locked(applied):
        assert main(["scheduler"]) == 1
    assert "a scheduler already works in" in told(capsys)
