"""What is proposed for a file: it reads the file as it is, and says what was guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_connectors import make_connector
from data_connectors.drafting import Wish, drafted
from data_connectors.errors import DefinitionError
from data_connectors.file_folder import exports
from data_connectors.schema import Window

SAMPLES = Path(exports.__file__).parent / "samples"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BERLIN = Wish("kiln", zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "format_", "rows"), [("historian.csv", "historian", 120), ("ranges.csv", "ranges", 12),
                                  ("characteristics.dfq", "dfq", 20)]
)  # fmt: skip
def test_every_sample_is_read_as_it_is_proposed(name: str, format_: str, rows: int) -> None:
    draft = drafted(SAMPLES / name, BERLIN)
    assert draft.format == format_
    batches = list(make_connector(draft.source, lambda: NOW).read(draft.stage, None))
    assert sum(b.frame.height for b in batches) == rows
    assert [r for b in batches for r in b.rejects] == []
    shown = make_connector(draft.source, lambda: NOW).preview(draft.stage)
    assert shown.rows.height > 0


def test_a_historian_is_recognised_with_its_times_and_its_comma() -> None:
    draft = drafted(SAMPLES / "historian.csv", BERLIN)
    assert (draft.source.decimal, draft.source.settings["time_format"]) == (",", "%d.%m.%Y %H:%M:%S%.f")
    assert [p.name for p in draft.stage.parameters] == ["KILN1.TEMP", "KILN1.FEED"]
    assert draft.stage.window == Window(600, 600)
    assert any("windows of 600 s are proposed" in note for note in draft.notes)


def test_a_characteristic_file_brings_units_and_limits() -> None:
    draft = drafted(SAMPLES / "characteristics.dfq", BERLIN)
    bore = draft.stage.characteristic("Bore")
    assert (bore.unit, bore.lower, bore.upper) == ("mm", 19.98, 20.02)
    assert draft.source.carries == "labels"


def test_a_wide_csv_with_a_unit_column_needs_no_window(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text("serial;Timestamp;temp;grade\nA1;2026-03-01T06:00:00Z;1,5;S355\nA2;2026-03-01T06:01:00Z;2,5;S355\n")
    draft = drafted(file, Wish("mill"))
    assert (draft.source.unit_column, draft.source.time_column, draft.stage.window) == ("serial", "Timestamp", None)
    assert [p.name for p in draft.stage.parameters] == ["temp"]
    assert draft.notes == ("column 'serial' is taken as the unit", "left out, for they hold no numbers: column grade")


def test_a_tag_that_names_the_unit_is_believed(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    lines = [("Lot", "06:00", "L1"), ("T", "06:10", "810"), ("Lot", "07:00", "L2"), ("T", "07:30", "830"),
             ("Lot", "08:00", "L3")]  # fmt: skip
    file.write_text("Tag;Time;Value\n" + "".join(f"{tag};01.03.2026 {at}:00;{value}\n" for tag, at, value in lines))
    draft = drafted(file, Wish("kiln", zone="UTC", unit_tag="Lot"))
    assert draft.stage.window is None
    (batch,) = make_connector(draft.source, lambda: NOW).read(draft.stage, None)
    assert batch.frame["unit_id"].to_list() == ["L1", "L2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a;b\n1;2\n", "no column of odd.csv is the time .*has: a, b.*name one 'time'"),
        ("time;b\nyesterday;2\n", "such as 'yesterday' are not understood"),
        ("time;b\n2026-03-01T06:00:00Z;red\n", "no column of numbers"),
        ("", "is empty"),
        ("K0100 1\nK1001 x\n", "describes no characteristic"),
        ("from;to;who\n2026-03-01;2026-03-02;me\n", "no column of results"),
    ],
)
def test_a_file_that_is_not_understood_says_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(text)
    with pytest.raises(DefinitionError, match=words):
        drafted(file, BERLIN)


def test_what_is_ambiguous_or_missing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text("time;a\n01/02/2026 06:00:00;1\n")
    notes = drafted(file, Wish("kiln")).notes
    assert any("%d/%m/%Y" in note and "%m/%d/%Y" in note for note in notes)
    assert any("--zone" in note for note in notes)
    with pytest.raises(DefinitionError, match="name a file that is there"):
        drafted(tmp_path / "none.csv", BERLIN)


def test_what_is_called_dfq_and_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "bore.DFQ").write_text("hello\n")
    with pytest.raises(DefinitionError, match=r"bore.DFQ has no K-fields .* it is no Q-DAS file: export it again"):
        drafted(tmp_path / "bore.DFQ", BERLIN)


def test_a_file_without_an_end_is_noted(tmp_path: Path) -> None:
    whole = (SAMPLES / "characteristics.dfq").read_bytes()
    (tmp_path / "cut.dfq").write_bytes(whole[: len(whole) // 2])
    assert any("its last line has no end" in note for note in drafted(tmp_path / "cut.dfq", BERLIN).notes)
    assert not any("no end" in note for note in drafted(SAMPLES / "characteristics.dfq", BERLIN).notes)
