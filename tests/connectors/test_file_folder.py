"""What a folder of files delivers: complete files only, each in full, one bad file never stops the others."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from data_connectors import conform, make_connector
from data_connectors.base import Batch, Conformed
from data_connectors.errors import DefinitionError, SchemaError, SourceRefused, SourceUnavailable
from data_connectors.file_folder import FileFolder
from data_connectors.file_folder.formulas import uncalculated
from data_connectors.schema import Parameter, Source, Stage

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp", "degC"), Parameter("speed", "m/s")), ())
HEAD = "unit_id,time,exit_temp,speed\n"


def row(unit: object, temp: object = 850.5) -> str:
    return f"{unit},2024-05-01T06:00:00Z,{temp},2.5\n"


def source_on(folder: Path, *, columns: dict[str, str] | None = None, decimal: str = ".", **settings: object) -> Source:
    return Source(
        "files", "file_folder", "rolling-2", columns=columns or {}, decimal=decimal,
        settings={"path": str(folder), "settle_s": 0, **settings},
    )  # fmt: skip


def read(source: Source, since: str | None = None) -> list[Batch]:
    return list(make_connector(source, lambda: NOW).read(STAGE, since))


def conformed(source: Source, batches: list[Batch]) -> list[Conformed]:
    return [conform(batch, STAGE, source, NOW) for batch in batches]


def units(source: Source, batches: list[Batch]) -> list[str]:
    return [u for made in conformed(source, batches) for u in made.rows["unit_id"]]


def reasons(source: Source, batches: list[Batch]) -> list[str]:
    return [r.reason for made in conformed(source, batches) for r in made.rejects]


def write_csv(path: Path, frame: pl.DataFrame) -> None:
    frame.write_csv(path)


def write_excel(path: Path, frame: pl.DataFrame) -> None:
    book = openpyxl.Workbook()
    book.active.append(frame.columns)
    for line in frame.iter_rows():
        book.active.append(line)
    book.save(path)


WRITERS: dict[str, Callable[[Path, pl.DataFrame], None]] = {
    "csv": write_csv,
    "parquet": lambda path, frame: frame.write_parquet(path),
    "jsonl": lambda path, frame: frame.write_ndjson(path),
    "xlsx": write_excel,
}
GOOD = pl.DataFrame(
    {
        "unit_id": ["007", "1e5", "B-3"],
        "time": ["2024-05-01T06:00:00Z", "2024-05-01T06:01:00Z", "2024-05-01T06:02:00Z"],
        "exit_temp": [850.25, None, -0.5],
        "speed": [1.0, 2.0, 3.0],
    }
)


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_gives_the_same_rows(tmp_path: Path, ending: str) -> None:
    WRITERS[ending](tmp_path / f"shift.{ending}", GOOD)
    source = source_on(tmp_path)
    (made,) = conformed(source, read(source))
    assert made.rows.select(GOOD.columns[0], "exit_temp", "speed").rows() == GOOD.drop("time").rows()
    assert made.rows["quality"].null_count() == 3
    assert made.rejects == ()


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_large_files_come_in_pieces_that_can_be_resumed(tmp_path: Path, ending: str) -> None:
    frame = pl.concat([GOOD.with_columns(unit_id=pl.lit(f"{i}-") + pl.col("unit_id")) for i in range(40)])
    WRITERS[ending](tmp_path / f"shift.{ending}", frame)
    source = source_on(tmp_path, batch_rows=7)
    batches = read(source)
    assert len(batches) > 2
    assert units(source, batches) == frame["unit_id"].to_list()
    rest = read(source, batches[1].after)
    assert units(source, batches[:2]) + units(source, rest) == frame["unit_id"].to_list()
    assert read(source, batches[-1].after) == []


@pytest.mark.parametrize(("count", "said"), [(1, "1 file matches '*.csv'"), (2, "2 files match '*.csv'")])
def test_the_check_counts_the_files_that_match(tmp_path: Path, count: int, said: str) -> None:
    for k in range(count):
        (tmp_path / f"{k}.csv").write_text(HEAD + row(k))
    (tmp_path / "other.txt").write_text("no table")
    assert make_connector(source_on(tmp_path, pattern="*.csv"), lambda: NOW).check()[1].message == said


def test_an_empty_folder_is_fine_and_says_so(tmp_path: Path) -> None:
    connector = make_connector(source_on(tmp_path), lambda: NOW)
    assert list(connector.read(STAGE, None)) == []
    assert "no file yet, which is fine" in connector.check()[-1].message
    assert connector.discover() == []
    assert connector.preview(STAGE).received == 0


def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    connector = make_connector(source_on(tmp_path / "gone"), lambda: NOW)
    with pytest.raises(SourceUnavailable, match=r"folder .*gone cannot be read .* check path and rights"):
        list(connector.read(STAGE, None))
    (probe,) = connector.check()
    assert not probe.ok


def test_a_half_written_file_is_read_once_it_is_whole(tmp_path: Path) -> None:
    path, clock = tmp_path / "a.csv", [1_000_000.0]
    connector = FileFolder(source_on(tmp_path, settle_s=5.0), lambda: NOW, wall_s=lambda: clock[0])

    def write(text: str, at: float) -> None:
        path.write_text(text)
        os.utime(path, (at, at))

    write(HEAD + row("A") + "B,2024-05-01T06:0", at=999_999.0)
    assert list(connector.read(STAGE, None)) == [], "changed a second ago"
    clock[0] += 20
    assert list(connector.read(STAGE, None)) == [], "settled, but it ends in the middle of a line"
    assert "ends in the middle of a line" in connector.check()[1].message
    write(HEAD + row("A") + row("B"), at=1_000_019.0)
    assert list(connector.read(STAGE, None)) == []
    clock[0] += 20
    (batch,) = connector.read(STAGE, None)
    assert batch.frame["unit_id"].to_list() == ["A", "B"]


def test_a_file_that_stays_half_written_is_reported_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + row("A") + "B,20")
    os.utime(tmp_path / "a.csv", (1000, 1000))
    source = source_on(tmp_path, settle_s=5)
    (batch,) = read(source)
    assert batch.rejects[0].reason == "half_written"
    assert batch.rejects[0].message == (
        "stage 'rolling-2': a.csv ends in the middle of a line - finish it,"
        " or set settle_s = 0 if files are renamed into place"
    )
    assert read(source, batch.after) == []
    (tmp_path / "a.csv").write_text(HEAD + row("A") + row("B"))
    os.utime(tmp_path / "a.csv", (2000, 2000))
    assert units(source, read(source, batch.after)) == ["A", "B"]


@pytest.mark.parametrize(("content", "reason"), [(b"\x1f\x8b\x08\x00abc", "packed"), (b"PK\x03\x04abc", "not_text")])
def test_bytes_under_the_name_of_a_text_are_not_half_written(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    os.utime(path, (1000, 1000))
    (batch,) = read(source_on(tmp_path, settle_s=5))
    assert [r.reason for r in batch.rejects] == [reason]


def test_a_marker_says_that_a_file_is_complete(tmp_path: Path) -> None:
    source = source_on(tmp_path, marker=".ok", settle_s=3600)
    (tmp_path / "a.csv").write_text(HEAD + row("A"))
    assert read(source) == []
    (tmp_path / "a.csv.ok").touch()
    assert units(source, read(source)) == ["A"]


def test_a_rewritten_file_is_read_again(tmp_path: Path) -> None:
    source, path = source_on(tmp_path), tmp_path / "a.csv"
    path.write_text(HEAD + row("A"))
    os.utime(path, (1000, 1000))
    first = read(source)
    path.write_text(HEAD + row("A", 860) + row("B"))
    again = read(source, first[-1].after)
    assert units(source, again) == ["A", "B"]
    assert conformed(source, first)[0].rows["row_hash"][0] != conformed(source, again)[0].rows["row_hash"][0]


def test_the_checkpoint_forgets_files_that_are_gone(tmp_path: Path) -> None:
    source = source_on(tmp_path)
    (tmp_path / "a.csv").write_text(HEAD + row("A"))
    first = read(source)
    (tmp_path / "a.csv").unlink()
    (tmp_path / "b.csv").write_text(HEAD + row("B"))
    (second,) = read(source, first[-1].after)
    assert "b.csv" in second.after
    assert "a.csv" not in second.after


def test_a_file_that_changes_while_it_is_read_is_left_for_later(tmp_path: Path) -> None:
    source, path = source_on(tmp_path, batch_rows=4), tmp_path / "a.csv"
    path.write_text(HEAD + "".join(row(f"U{i:04d}") for i in range(200)))
    reading = make_connector(source, lambda: NOW).read(STAGE, None)
    first = next(reading)
    path.write_text(HEAD + row("new"))
    assert list(reading) == []
    assert units(source, read(source, first.after)) == ["new"]


def test_what_is_no_ordinary_data_file_is_passed_over_without_waiting(tmp_path: Path) -> None:
    for name in (".hidden.csv", "~$a.xlsx", "a.csv.tmp", "a.csv.part", "notes.md"):
        (tmp_path / name).write_text(HEAD + row("X"))
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "secret").write_text(HEAD + row("Y"))
    (tmp_path / "link.csv").symlink_to(tmp_path / "secret")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "good.csv").write_text(HEAD + row("Z"))
    assert units(source_on(tmp_path), read(source_on(tmp_path))) == ["Z"]


def test_a_missing_column_holds_its_file_back_until_the_mapping_is_fixed(tmp_path: Path) -> None:
    (tmp_path / "shift3.csv").write_text("unit_id,time,ExitTemp,speed\n" + row("A"))
    os.utime(tmp_path / "shift3.csv", (1000, 1000))
    (tmp_path / "shift4.csv").write_text(HEAD + row("B"))
    source = source_on(tmp_path)
    batches = read(source)
    assert units(source, batches) == ["B"]
    (reject,) = batches[0].rejects
    assert reject.reason == "missing_column"
    assert reject.message == (
        "stage 'rolling-2': column 'exit_temp' missing in shift3.csv (has: unit_id, time, ExitTemp, speed)"
        ' - map it in [sources.files.columns], e.g. exit_temp = "ExitTemp"'
    )
    assert read(source, batches[-1].after) == [], "reported once per version"
    mapped = source_on(tmp_path, columns={"exit_temp": "ExitTemp"})
    (tmp_path / "shift4.csv").unlink()
    assert units(mapped, read(mapped, batches[-1].after)) == ["A"]


BAD_FILES = {
    "empty_file": ("a.csv", b""),
    "bad_header": ("a.csv", b"unit_id,time,time,speed\n"),
    "bad_encoding": ("a.csv", HEAD.encode() + b"M\xfcller,2024-05-01T06:00:00Z,1,2\n"),
    "unterminated_quote": ("a.csv", HEAD.encode() + b'A,"2024-05-01T06:00:00Z,1,2\n' + row("B").encode()),
    "header_changed": ("a.csv", (HEAD + row("A") + "time,unit_id,speed,exit_temp\n" + row("B")).encode()),
    "bad_parquet": ("a.parquet", b"PAR1 nothing of the kind PAR1"),
    "bad_workbook": ("a.xlsx", b"PK\x03\x04 no archive"),
}


@pytest.mark.parametrize("reason", BAD_FILES)
def test_a_bad_file_is_rejected_whole_and_the_next_one_loads(tmp_path: Path, reason: str) -> None:
    name, content = BAD_FILES[reason]
    (tmp_path / name).write_bytes(content)
    os.utime(tmp_path / name, (1000, 1000))
    (tmp_path / "next.csv").write_text(HEAD + row("N"))
    source = source_on(tmp_path)
    batches = read(source)
    assert units(source, batches) == ["N"]
    (reject,) = batches[0].rejects
    assert (reject.reason, reject.offset, reject.origin) == (reason, -1, name)
    assert reject.message.startswith(f"stage 'rolling-2': {name} ")
    assert " - " in reject.message, "says what to do"
    assert read(source, batches[-1].after) == []


def test_bad_lines_are_rejected_alone(tmp_path: Path) -> None:
    lines = [HEAD, row("A"), "short,line\n", HEAD, "\n", row("B,too,long"), '"C","2024-05-01T06:00:00Z","1","2"\n']
    (tmp_path / "a.csv").write_text("".join(lines))
    (tmp_path / "b.jsonl").write_text(
        '{"unit_id": "D", "time": "2024-05-01T06:00Z", "exit_temp": 1e400, "speed": NaN}\n[1]\n{"unit_id"\n'
    )
    source = source_on(tmp_path)
    batches = read(source)
    assert units(source, batches) == ["A", "C", "D"]
    assert reasons(source, batches) == ["column_count", "column_count", "repeated_header", "bad_json", "bad_json"]
    last = conformed(source, batches)[-1].rows
    expected = '{"exit_temp": ["bad", "not_finite", "1e400"], "speed": ["bad", "not_finite", "NaN"]}'
    assert last["quality"].to_list() == [expected]


DIALECTS = {
    "excel german": ("unit_id;time;exit_temp;speed\r\nÄ1;2024-05-01T06:00Z;850,5;2,5\r\n", "cp1252", ",", ";", "Ä1"),
    "utf-16": ("unit_id\ttime\texit_temp\tspeed\nÄ1\t2024-05-01T06:00Z\t850,5\t2,5\n", "utf-16", ",", "\t", "Ä1"),
    "byte order mark": (HEAD + row("A1"), "utf-8-sig", ".", ",", "A1"),
    "quoted line feed": (HEAD + '"A\n1","2024-05-01T06:00Z",850.5,2.5\n', "utf-8", ".", ",", None),
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_declared_dialects(tmp_path: Path, dialect: str) -> None:
    text, encoding, decimal, separator, unit = DIALECTS[dialect]
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    source = source_on(tmp_path, decimal=decimal, separator=separator, encoding=encoding)
    (made,) = conformed(source, read(source))
    if unit is None:
        assert [r.reason for r in made.rejects] == ["bad_unit"], "a line feed is no part of an id"
    else:
        assert made.rows.select("unit_id", "exit_temp", "speed").rows() == [(unit, 850.5, 2.5)]


def test_numbers_of_typed_formats_survive_a_decimal_comma(tmp_path: Path) -> None:
    for ending in ("xlsx", "jsonl", "parquet"):
        WRITERS[ending](tmp_path / f"a.{ending}", GOOD)
    source = source_on(tmp_path, decimal=",")
    assert {tuple(made.rows["exit_temp"]) for made in conformed(source, read(source))} == {(850.25, None, -0.5)}


def test_a_workbook_that_unpacks_too_large_is_refused(tmp_path: Path) -> None:
    frame = pl.DataFrame({"unit_id": ["A"] * 30_000, "time": ["2024-05-01T06:00Z"] * 30_000})
    write_excel(tmp_path / "a.xlsx", frame)
    (batch,) = read(source_on(tmp_path, max_mb=1))
    assert batch.rejects[0].reason == "too_large"


@pytest.mark.slow
def test_ten_thousand_columns(tmp_path: Path) -> None:
    names = [f"p{i}" for i in range(10_000)]
    stage = Stage("wide", "l", "f", tuple(Parameter(n) for n in names), ())
    lines = [",".join(["unit_id", "time", *names])]
    lines += [",".join([f"U{i}", "2024-05-01T06:00Z", *[str(i)] * 10_000]) for i in range(100)]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    source = Source("files", "file_folder", "wide", settings={"path": str(tmp_path), "settle_s": 0})
    (batch,) = make_connector(source, lambda: NOW).read(stage, None)
    made = conform(batch, stage, source, NOW)
    assert made.rows.shape == (100, 7 + 10_000)
    assert made.rows["p9999"].to_list() == [float(i) for i in range(100)]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"patern": "*"}, r"source 'files': file_folder has no setting 'patern' - did you mean 'pattern'\?"),
        ({"path": ""}, r"source 'files': path is missing"),
        ({"encoding": "utf-99"}, r"source 'files': encoding 'utf-99' is not known"),
        ({"settle_s": "soon"}, r"source 'files': settle_s = 'soon' - give a number"),
        ({"separator": ";;"}, r"source 'files': separator ';;'"),
        ({"format": "cvs"}, r"source 'files': format 'cvs' - did you mean 'csv'\?"),
    ],
)
def test_wrong_settings_say_what_to_do(tmp_path: Path, settings: dict[str, object], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        make_connector(source_on(tmp_path, **settings), lambda: NOW)


def test_a_foreign_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="is not one of a file folder"):
        read(source_on(tmp_path), '{"until": "2024"}')


def test_discover_and_preview_of_a_broken_file_say_so(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    connector = make_connector(source_on(tmp_path), lambda: NOW)
    with pytest.raises(SchemaError, match="no readable Parquet file"):
        connector.discover()
    assert connector.preview(STAGE).rejects[0].reason == "bad_parquet"
    assert [p.ok for p in connector.check()] == [True, True, False]


def test_an_odd_line_is_named_by_its_place_in_the_file(tmp_path: Path) -> None:
    """As an editor counts: header, blank lines and line feeds within quotes included, also when a reading goes on."""
    good = [row(f"C{i}") for i in range(20)]
    lines = [HEAD, row("A"), "\n", '"A\n2","2024-05-01T06:00:00Z","1","2"\n', "short,line\n", *good, "again,short\n"]
    (tmp_path / "a.csv").write_text("".join(lines))
    source = source_on(tmp_path, batch_rows=1)
    batches = read(source)
    assert [r.message.split(" has ")[0] for b in batches for r in b.rejects] == ["a.csv: line 6", "a.csv: line 27"]
    resumed = read(source, batches[0].after)
    assert [r.message.split(" has ")[0] for b in resumed for r in b.rejects] == ["a.csv: line 27"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_titles_above_the_headings_are_passed_over(tmp_path, ending):
    lines = [
        ["Export of line 1"],
        ["made on Monday"],
        HEAD.strip().split(","),
        *(row(n).strip().split(",") for n in "AB"),
    ]
    if ending == "csv":
        (tmp_path / "a.csv").write_text("".join(",".join(line) + "\n" for line in lines))
    else:
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line)
        book.save(tmp_path / "a.xlsx")
    source = source_on(tmp_path, heading_line=3)
    assert units(source, read(source)) == ["A", "B"]
    assert reasons(source, read(source)) == []


def test_a_cell_merged_over_rows_stands_in_each_of_them(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([])
    for line in (HEAD, row("A"), row("B"), row("C")):
        sheet.append([None, *line.strip().split(",")])
    speed = 2 + HEAD.strip().split(",").index("speed")
    sheet.cell(3, speed).value = 7.5
    sheet.merge_cells(start_row=3, end_row=4, start_column=speed, end_column=speed)
    book.save(tmp_path / "a.xlsx")
    source = source_on(tmp_path)
    (made,) = conformed(source, read(source))
    assert made.rows["unit_id"].to_list() == ["A", "B", "C"]
    assert made.rows["speed"].to_list() == [7.5, 7.5, pytest.approx(float(row("C").strip().split(",")[3]))]


@pytest.mark.parametrize("result", ["", "<v></v>", "<v/>", "<v>51</v>"])
def test_a_formula_counts_only_with_its_result(tmp_path, result):
    book = openpyxl.Workbook()
    book.active.title = "Daten & mehr"
    book.active.append(["a", "=A1&1"])
    book.save(tmp_path / "made.xlsx")
    with zipfile.ZipFile(tmp_path / "made.xlsx") as old, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new:
        for member in old.namelist():
            text = old.read(member).replace(b"<v></v>", result.encode()).replace(b"<v />", result.encode())
            new.writestr(member, text)
    with (tmp_path / "a.xlsx").open("rb") as file:
        assert uncalculated(file, "Daten & mehr") == (None if "51" in result else ("B1", "=A1&1"))
        assert file.tell() == 0
        assert uncalculated(file, "another") is None


def test_a_heading_that_no_line_can_be_is_refused(tmp_path):
    with pytest.raises(DefinitionError, match="heading_line at least 1"):
        read(source_on(tmp_path, heading_line=0))


def test_a_look_shows_as_many_rows_as_it_should_however_wide_they_are(tmp_path):
    wide = ",".join(f"x{n}" for n in range(2_000))
    lines = [f"U{k},2024-05-01T06:{k:02d}Z,850,1," + ",".join(["1.234567"] * 2_000) for k in range(40)]
    (tmp_path / "a.csv").write_text(f"{HEAD.strip()},{wide}\n" + "\n".join(lines) + "\n")
    connector = make_connector(source_on(tmp_path), lambda: NOW)
    assert connector.preview(STAGE, 30).rows["unit_id"].to_list() == [f"U{k}" for k in range(30)]
    assert connector.sample(10).height == 10
