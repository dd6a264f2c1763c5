"""Exports of other programs as files of a folder: historians, labelled ranges, Q-DAS characteristic files."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_connectors import conform, make_connector
from data_connectors.base import Batch, Conformed
from data_connectors.checks import CHECKS
from data_connectors.errors import DefinitionError
from data_connectors.file_folder import exports
from data_connectors.file_folder.exports.dfq import DfqFile, described
from data_connectors.file_folder.exports.historian import by_moment
from data_connectors.schema import Characteristic, Parameter, Source, Stage, Window

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
SAMPLES = Path(exports.__file__).parent / "samples"
KILN = Stage(
    "kiln", "line-1", "kiln", (Parameter("KILN1.TEMP"), Parameter("KILN1.FEED")), (Characteristic("Restfeuchte"),),
    window=Window(600, 600),
)  # fmt: skip
TAG_A = Stage("kiln", "line-1", "kiln", (Parameter("A"),), ())
FLANGE = Stage("flange", "line-1", "flange", (), (Characteristic("Bore", "mm"), Characteristic("Roughness", "um")))


def source(folder: Path, format_: str, stage: Stage = KILN, **more: Any) -> Source:
    kept = {k: more.pop(k) for k in ("zone", "decimal", "unit_column", "time_column", "carries") if k in more}
    settings = {"path": str(folder), "format": format_, "settle_s": 0, **more}
    return Source("export", "file_folder", stage.id, settings=settings, **{"zone": "Europe/Berlin", **kept})


def read(wanted: Source, stage: Stage = KILN) -> list[Batch]:
    return list(make_connector(wanted, lambda: NOW).read(stage, None))


def conformed(wanted: Source, stage: Stage = KILN) -> Conformed:
    batches = read(wanted, stage)
    frame = pl.concat([b.frame for b in batches])
    rejects = tuple(r for b in batches for r in b.rejects)
    return conform(Batch(stage.id, frame, "", "", rejects), stage, wanted, NOW)


def written(folder: Path, text: str, name: str = "export.csv", encoding: str = "utf-8") -> Path:
    (folder / name).write_bytes(text.encode(encoding))
    return folder


def historian(folder: Path, **more: Any) -> Source:
    given = {"time_format": "%d.%m.%Y %H:%M:%S", "decimal": ",", **more}
    return source(folder, "historian", **given)


def test_the_sample_of_a_historian_becomes_rows_by_moment(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "historian.csv", tmp_path)
    made = conformed(historian(tmp_path, unit_column="time"))
    assert made.rejects == ()
    assert made.rows.height == 120
    assert made.rows["t_event"].min() == datetime(2026, 3, 1, 5, tzinfo=UTC)
    assert made.rows["KILN1.TEMP"].null_count() == 0
    notes = [note for note in made.rows["quality"] if note]
    assert any("uncertain" in note for note in notes)
    assert any('"bad"' in note and "I/O Timeout" in note for note in notes)


FORMATS = {
    "PI": "Tag Name,Timestamp,Value\nA,01-Mar-26 06:00:00,1.5\n",
    "generic": "TagName;DateTime;Value;Quality\nA;2026-03-01 06:00:00;1.5;192\n",
    "tabs": "PointName\tTime Stamp\tVal\tStatus\nA\t2026-03-01T06:00:00Z\t1.5\tGood\n",
    "German": "Preamble\n\nMessstelle;Datum;Uhrzeit;Messwert;Qualität\nA;2026-03-01;06:00:00;1.5;1\n",
    "OPC": "ItemId|SourceTimestamp|Value|StatusCode\nA|2026-03-01T06:00:00.123Z|1.5|0x00000000\n",
}


@pytest.mark.parametrize("vendor", FORMATS)
def test_columns_are_known_by_what_the_vendors_call_them(tmp_path: Path, vendor: str) -> None:
    codes = {"quality_codes": "opc_ua"} if vendor == "OPC" else {}
    (batch,) = read(source(written(tmp_path, FORMATS[vendor]), "historian", **codes), TAG_A)
    assert batch.frame["A"].to_list() == ["1.5"]
    assert batch.frame["time"][0].endswith(("06:00:00", "06:00:00Z", "06:00:00.123Z"))
    assert "A (quality)" not in batch.frame.columns


def test_encodings_of_windows_are_read(tmp_path: Path) -> None:
    text = "Messstelle;Zeit;Wert\nOfen Süd;2026-03-01 06:00:00;1\n"
    for encoding in ("cp1252", "utf-16", "utf-8-sig"):
        stage = Stage("kiln", "l", "f", (Parameter("Ofen Süd"),), ())
        (batch,) = read(source(written(tmp_path, text, encoding=encoding), "historian"), stage)
        assert "Ofen Süd" in batch.frame.columns


def test_a_bad_value_does_not_take_the_place_of_a_good_one_of_the_same_moment() -> None:
    long = pl.DataFrame(
        {"tag": ["A"] * 3, "time": ["t"] * 3, "value": ["1", "2", "3"], "quality": ["Good", "Good", "Bad"]}
    )
    assert by_moment(long)["A"].to_list() == ["2"]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 5), st.integers(0, 99)), max_size=30))
def test_no_value_is_lost_or_invented_by_turning_lines_into_rows(lines: list[tuple[str, int, int]]) -> None:
    schema = dict.fromkeys(("tag", "time", "value", "quality"), pl.String)
    long = pl.DataFrame([(t, str(at), str(v), "") for t, at, v in lines], schema=schema, orient="row")
    wide = by_moment(long)
    found = {(t, row["time"]): row[t] for row in wide.iter_rows(named=True) for t in "AB" if row.get(t) is not None}
    assert found == {(t, str(at)): str(v) for t, at, v in lines}
    assert wide["time"].n_unique() == wide.height


def test_a_unit_tag_makes_a_row_a_unit(tmp_path: Path) -> None:
    lines = [("Lot", "06:00", "L1"), ("T", "06:10", "810"), ("Lot", "07:00", "L2"), ("T", "07:30", "830"),
             ("Lot", "08:00", "L3")]  # fmt: skip
    text = "Tag;Time;Value\n" + "".join(f"{tag};2026-03-01 {at}:00;{value}\n" for tag, at, value in lines)
    stage = Stage("kiln", "l", "f", (Parameter("T"),), ())
    made = conformed(source(written(tmp_path, text), "historian", stage, unit_tag="Lot"), stage)
    assert made.rows.select("unit_id", "T").rows() == [("L1", 810.0), ("L2", 830.0)]


def test_values_without_a_time_that_can_be_read_are_refused_not_dropped(tmp_path: Path) -> None:
    text = "Tag;Time;Value\nLot;2026-03-01 06:00:00;L1\nA;soon;1\nA;2026-03-01 06:10:00;2\nLot;2026-03-01 07:00:00;L2\n"
    (batch,) = read(source(written(tmp_path, text), "historian", TAG_A, unit_tag="Lot"), TAG_A)
    assert batch.frame.select("unit_id", "A").rows() == [("L1", "2")]
    assert [r.reason for r in batch.rejects] == ["unparsable_time"]


def test_lines_that_are_none_are_refused_alone(tmp_path: Path) -> None:
    text = "Tag;Time;Value\nA;2026-03-01 06:00:00;1\nA;2026-03-01 06:01:00\n;2026-03-01 06:02:00;3\n"
    (batch,) = read(source(written(tmp_path, text), "historian"), TAG_A)
    assert (batch.frame.height, [r.reason for r in batch.rejects]) == (1, ["column_count", "column_count"])


@pytest.mark.parametrize(
    ("format_", "text", "reason"),
    [
        ("historian", "a,b,c\n1,2,3\n", "bad_header"),
        ("historian", "Tag;Time;Value\ntime;2026-03-01;1\n", "bad_header"),
        ("ranges", "begin,moisture\n1,2\n", "bad_header"),
        ("dfq", "not a file of this kind\n", "bad_header"),
        ("dfq", "K0100 1\nK2001/1 1\n", "no_values"),
        ("historian", " \n", "empty_file"),
    ],
)
def test_a_file_of_another_kind_says_what_to_do(tmp_path: Path, format_: str, text: str, reason: str) -> None:
    (batch,) = read(source(written(tmp_path, text), format_))
    assert [r.reason for r in batch.rejects] == [reason]
    assert " - " in batch.rejects[0].message


def test_ranges_label_the_windows_that_end_in_them(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "ranges.csv", tmp_path)
    wanted = source(tmp_path, "ranges", carries="labels", decimal=",", time_format="%d.%m.%Y %H:%M")
    rows = conformed(wanted).rows.sort("unit_id")
    assert rows.height == 12
    assert rows["value"].to_list() == [1.8] * 3 + [1.9] * 3 + [2.0] * 3 + [2.1] * 3
    assert rows["unit_id"][0] == "2026-03-01T05:00:00Z"
    assert rows["t_measured"][0] == datetime(2026, 3, 1, 5, 30, tzinfo=UTC)


def test_ranges_that_are_none_are_refused_alone(tmp_path: Path) -> None:
    text = (
        "from,to,Restfeuchte\n2026-03-01 06:00,2026-03-01 05:00,1\nsoon,later,2\n2026-03-01 06:01,2026-03-01 06:02,3\n"
        "1990-01-01,2026-01-01,4\n2026-03-01 06:00,2026-03-01 06:10,5\nx\n"
    )
    wanted = source(written(tmp_path, text), "ranges", carries="labels")
    (batch,) = read(wanted)
    assert [r.reason for r in batch.rejects] == ["bad_range"] * 5
    assert batch.frame["Restfeuchte"].to_list() == ["5"]


def test_ranges_need_windows(tmp_path: Path) -> None:
    (batch,) = read(source(written(tmp_path, "from,to,v\n1,2,3\n"), "ranges", FLANGE, carries="labels"), FLANGE)
    assert [r.reason for r in batch.rejects] == ["no_window"]


def test_the_sample_of_a_characteristic_file_becomes_labels(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "characteristics.dfq", tmp_path)
    wanted = source(tmp_path, "auto", FLANGE, carries="labels", pattern="*.dfq")
    made = conformed(wanted, FLANGE)
    assert made.rows.height == 39
    assert [r.reason for r in made.rejects] == ["bad_quality"]
    assert made.rows["unit_id"][0] == "B-0301/F0001"
    assert made.rows["t_measured"][0] == datetime(2026, 3, 1, 5, tzinfo=UTC)


def test_limits_come_with_the_file_and_natural_ones_are_none_of_the_specification() -> None:
    bore, rough = described((SAMPLES / "characteristics.dfq").read_text(encoding="latin-1"))
    assert (bore.name, bore.unit, bore.lower, bore.target, bore.upper) == ("Bore", "mm", 19.98, 20.0, 20.02)
    assert (rough.lower, rough.upper, rough.part) == (None, 3.2, "4711-03")


def values(text: str) -> list[dict[int, str]]:
    return [{i: told[1] for i, told in row.data.items() if 1 in told} for row in DfqFile(text, "x").rows]


HEAD = "K0100 2\nK1001 P\nK2001/1 1\nK2002/1 A\nK2001/2 2\nK2002/2 B\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1\x0f2\n3\x0f4\n", [{1: "1", 2: "2"}, {1: "3", 2: "4"}]),
        ("1\x140\x1401.05.2024/06:00:00\x0f2\x140\n", [{1: "1", 2: "2"}]),
        ("1¶0¶01.05.2024/06:00:00☼2¶0\n", [{1: "1", 2: "2"}]),
        ("1\x0f\n\x0f4\n", [{1: "1"}, {2: "4"}]),
        ("1\n", [{1: "1"}]),
        ("1\x0f2\x0f\n", [{1: "1", 2: "2"}]),
        ("K0001/1 1\nK0004/1 1.5.24/6:00\nK0001/2 2\nK0001/1 3\nK0001/2 4\n", [{1: "1", 2: "2"}, {1: "3", 2: "4"}]),
        ("K0001/0 1\x0f2\nK0001/0 3\x0f4\n", [{1: "1", 2: "2"}, {1: "3", 2: "4"}]),
        ("1\x0f2\nK0014/0 S1\n3\x0f4\n", [{1: "1", 2: "2"}, {1: "3", 2: "4"}]),
    ],
)  # fmt: skip
def test_values_in_all_their_spellings(body: str, expected: list[dict[int, str]]) -> None:
    assert values(HEAD + body) == expected
    assert values((HEAD + body).replace("\n", "\r\n")) == expected


def test_several_parts_in_a_file_keep_their_values_apart(tmp_path: Path) -> None:
    second = HEAD.replace("K1001 P", "K1001 Q").replace("K2002/2 B", "K2002/2 C")
    stamp = "\x140\x1401.05.2024/06:00:00"
    text = HEAD + f"1{stamp}\x0f2{stamp}\n" + second + f"3{stamp}\x0f4{stamp}\n"
    (batch,) = read(source(written(tmp_path, text, "two.dfq"), "dfq", FLANGE, carries="measurements"), FLANGE_ABC)
    assert batch.frame.select("part", "A", "B", "C").rows() == [("P", "1", "2", None), ("Q", "3", None, "4")]


FLANGE_ABC = Stage("flange", "l", "f", tuple(Parameter(n) for n in "ABC"), ())


def test_parts_counted_in_one_description_own_their_characteristics() -> None:
    text = "K0100 2\nK0101/1 1\nK0101/2 1\nK1001/1 P\nK1001/2 Q\nK2002/1 A\nK2002/2 B\n1\x0f2\n"
    assert [(one.name, one.part) for one in described(text)] == [("A", "P"), ("B", "Q")]


def test_a_line_with_more_values_than_characteristics_is_refused_alone() -> None:
    told = DfqFile(HEAD + "1\x0f2\x0f3\n4\x0f5\n", "x.dfq")
    assert len(told.rows) == 1
    assert "has 3 values and 2 characteristics" in told.rejects[0].message


def test_two_characteristics_of_one_name_stay_two() -> None:
    text = "K0100 2\nK2001/1 10\nK2002/1 Bore\nK2001/2 20\nK2002/2 Bore\n1\x0f2\n"
    assert [one.name for one in described(text)] == ["Bore 10", "Bore 20"]


def test_limits_may_stand_as_allowances() -> None:
    text = "K2001/1 1\nK2002/1 A\nK2101/1 20,0\nK2112/1 -0,1\nK2113/1 0,2\n1\n"
    one = described(text)[0]
    assert (one.lower, one.upper) == (pytest.approx(19.9), pytest.approx(20.2))


@given(st.text(alphabet=st.sampled_from("K012/ \n\x0f\x14.5abc"), max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        told = DfqFile("K0100 1\nK2001/1 1\n" + text, "x.dfq")
    except Exception as error:  # noqa: BLE001 - any error is a failure of this test
        pytest.fail(f"{error!r}")
    assert all(reject.message for reject in told.rejects)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
@pytest.mark.parametrize("format_", ["historian", "ranges", "dfq"])
def test_conformance(tmp_path: Path, format_: str, check: Any) -> None:
    names = {"historian": "historian.csv", "ranges": "ranges.csv", "dfq": "characteristics.dfq"}
    shutil.copy(SAMPLES / names[format_], tmp_path)
    wanted = {
        "historian": historian(tmp_path, batch_rows=50),
        "ranges": source(tmp_path, "ranges", carries="labels", decimal=",", time_format="%d.%m.%Y %H:%M"),
        "dfq": source(tmp_path, "dfq", FLANGE, carries="labels", batch_rows=7),
    }[format_]
    check(lambda: make_connector(wanted, lambda: NOW), FLANGE if format_ == "dfq" else KILN)


def test_a_format_that_is_misspelt_names_its_neighbour(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="did you mean 'historian'"):
        make_connector(source(tmp_path, "historain"), lambda: NOW)


@pytest.mark.parametrize(
    ("name", "format_", "stage", "more"),
    [
        (
            "historian.csv",
            "historian",
            KILN,
            {"time_format": "%d.%m.%Y %H:%M:%S", "decimal": ",", "unit_column": "time"},
        ),
        ("ranges.csv", "ranges", KILN, {"time_format": "%d.%m.%Y %H:%M", "decimal": ",", "carries": "labels"}),
        ("characteristics.dfq", "dfq", FLANGE, {"carries": "labels"}),
    ],
)
def test_an_export_that_was_cut_off_waits_until_its_last_line_has_an_end(tmp_path, name, format_, stage, more) -> None:
    """A value that is cut is another value: 1.29 would be kept as 1.2."""
    whole = (SAMPLES / name).read_bytes().rstrip()
    (tmp_path / name).write_bytes(whole[:-3])
    os.utime(tmp_path / name, (1000, 1000))
    wanted = source(tmp_path, format_, stage, **{**more, "settle_s": 5})
    (batch,) = read(wanted, stage)
    assert [r.reason for r in batch.rejects] == ["half_written"]
    (tmp_path / name).write_bytes(whole + b"\n")
    os.utime(tmp_path / name, (2000, 2000))
    batches = list(make_connector(wanted, lambda: NOW).read(stage, batch.after))
    assert sum(b.frame.height for b in batches) > 10
    assert not [r for b in batches for r in b.rejects]
