"""Golden cases of conform: every kind of bad input, what becomes of it, and the words that say so."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors import conform
from data_connectors.base import LABEL_COLUMNS, MEASUREMENT_COLUMNS, Batch, Conformed, Reject
from data_connectors.errors import DefinitionError, SchemaError
from data_connectors.schema import Characteristic, Parameter, Source, Stage

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
AT = "2024-05-01T06:00:00Z"
STAGE = Stage(
    "rolling-2", "line-1", "rolling",
    (Parameter("exit_temp", "degC", low=-50, high=1500), Parameter("speed", "m/s")),
    (Characteristic("thickness", "mm"), Characteristic("scratch", kind="binary")),
)  # fmt: skip
SOURCE = Source("files", "file_folder", "rolling-2")
LABELS = Source("lab", "file_folder", "rolling-2", carries="labels")


def made_of(frame: pl.DataFrame, source: Source = SOURCE) -> Conformed:
    made = conform(Batch("rolling-2", frame, "1", "shift3.csv"), STAGE, source, NOW)
    assert made.received == made.rows.height + len(made.rejects)
    return made


def measured(
    unit: list[object], time: list[object] | str = AT, temp: list[object] | str = "850", **more: list[object]
) -> pl.DataFrame:
    columns = {"unit_id": unit, "time": time, "exit_temp": temp, "speed": "2.5"} | more
    return pl.DataFrame({k: v if isinstance(v, list) else [v] * len(unit) for k, v in columns.items()}, strict=False)


def test_a_good_row_has_the_columns_of_the_store() -> None:
    rows = made_of(measured(["007"])).rows
    assert rows.schema == MEASUREMENT_COLUMNS | {"exit_temp": pl.Float64, "speed": pl.Float64}
    (row,) = rows.drop("row_hash").iter_rows()
    at = datetime(2024, 5, 1, 6, tzinfo=UTC)
    assert row == ("007", at, at, NOW, "files", None, 850.0, 2.5)


def test_names_of_columns_are_compared_composed_and_without_blanks_around_them() -> None:
    source = Source("files", "file_folder", "rolling-2", columns={"exit_temp": "Stückgut"}, unit_column="Stück")
    told = {"Stu\u0308ck ": ["007"], "time": [AT], " Stu\u0308ckgut": ["850"], "speed": ["2.5"]}
    (row,) = made_of(pl.DataFrame(told), source).rows.select("unit_id", "exit_temp").iter_rows()
    assert row == ("007", 850.0)


def test_the_row_hash_is_written_in_stone() -> None:
    """The store tells duplicates by it for years: this number must never change."""
    assert made_of(measured(["007"])).rows["row_hash"].to_list() == [HASH_OF_007]
    assert made_of(measured(["007"])).rows["row_hash"][0] != made_of(measured(["070"])).rows["row_hash"][0]


HASH_OF_007 = 16794995756434641414


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("NaN", "not_finite"), ("inf", "not_finite"), ("-Infinity", "not_finite"), ("1e400", "not_finite"),
        ("N/A", "not_a_number"), ("#DIV/0!", "not_a_number"), ("1,5", "not_a_number"), ("−1", "not_a_number"),
        ("true", "not_a_number"), ("0x10", "not_a_number"), ("1_000", "not_a_number"), ("٣", "not_a_number"),
        ('a"b\\c\n\x00', "not_a_number"), ("x" * 100_000, "not_a_number"),
        ("1500.1", "above_high"), ("-51", "below_low"), ("1e308", "above_high"),
    ],
)  # fmt: skip
def test_a_bad_value_is_null_and_keeps_its_text(cell: str, code: str) -> None:
    made = made_of(measured(["A", "B"], temp=[cell, "1"]))
    assert made.rows["exit_temp"].to_list() == [None, 1.0]
    note, good = made.rows["quality"]
    assert good is None
    raw = cell if len(cell) <= 4096 else cell[:4096] + "…"
    assert json.loads(note) == {"exit_temp": ["bad", code, raw]}
    assert made.rows["speed"].to_list() == [2.5, 2.5]


@pytest.mark.parametrize(("cell", "value"), [("", None), ("  ", None), (" 7 ", 7.0), ("+1", 1.0), ("-0.0", 0.0), ("5e-324", 5e-324), (".5", 0.5)])  # fmt: skip  # noqa: E501
def test_what_is_absent_or_well_written_is_good(cell: str, value: float | None) -> None:
    made = made_of(measured(["A"], temp=[cell]))
    assert made.rows["exit_temp"].to_list() == [value]
    assert made.rows["quality"].to_list() == [None]


def test_typed_columns_lose_nothing_either() -> None:
    frame = measured([1, 2, 3], temp=[float("nan"), float("inf"), 2000.0])
    made = made_of(frame)
    assert made.rows["unit_id"].to_list() == ["1", "2", "3"]
    notes = [json.loads(q)["exit_temp"] for q in made.rows["quality"]]
    assert notes == [["bad", "not_finite", "NaN"], ["bad", "not_finite", "inf"], ["bad", "above_high", "2000.0"]]


@settings(deadline=None, max_examples=80)
@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([".", ","]))
def test_every_finite_number_survives_its_text(value: float, decimal: str) -> None:
    source = Source("files", "file_folder", "rolling-2", decimal=decimal)  # type: ignore[arg-type]
    frame = pl.DataFrame(
        {"unit_id": ["A"], "time": [AT], "exit_temp": ["1"], "speed": [repr(value).replace(".", decimal)]}
    )
    made = made_of(frame, source)
    assert made.rows["speed"].to_list() == [value]
    assert made.rows["quality"].to_list() == [None]


@settings(deadline=None, max_examples=80)
@given(st.text())
def test_any_text_is_a_finite_number_or_kept_as_it_is(cell: str) -> None:
    made = made_of(pl.DataFrame({"unit_id": ["A"], "time": [AT], "exit_temp": ["1"], "speed": [cell]}))
    (value,), (quality,) = made.rows["speed"], made.rows["quality"]
    if value is None:
        assert not cell.strip() or json.loads(quality)["speed"][2] == cell
    else:
        assert quality is None
        assert value == float(cell)


REFUSED = {
    "missing_unit": ({"unit": [" "]}, "no unit id in 'unit_id' - fill it in and replay"),
    "bad_unit": (
        {"unit": ["a\u202eb"]},
        "unit id 'a\\\\u202eb' holds invisible characters or more than 200 - correct it at the source",
    ),
    "missing_time": ({"unit": ["A"], "time": [""]}, "no time in 'time' - fill it in and replay"),
    "naive_time": (
        {"unit": ["A"], "time": ["2024-05-01 06:00"]},
        "time '2024-05-01 06:00' has no zone - set zone in [sources.files], e.g. zone = \"Europe/Berlin\"",
    ),
    "unparsable_time": (
        {"unit": ["A"], "time": ["01/02/2024"]},
        "time '01/02/2024' in 'time' cannot be read - set time_format in [sources.files]",
    ),
    "time_out_of_range": (
        {"unit": ["A"], "time": ["1969-12-31T23:59:59Z"]},
        "time '1969-12-31T23:59:59Z' is not within 1970..2105 - correct it at the source",
    ),
    "future_time": (
        {"unit": ["A"], "time": ["2024-06-02T12:00:01Z"]},
        "time '2024-06-02T12:00:01Z' is more than a day ahead of now - correct the source's clock",
    ),
    "dup_conflict": (
        {"unit": ["A", "A"], "temp": ["1", "2"]},
        "unit 'A' was delivered before at '2024-05-01T06:00:00Z' with other values - keep one of the two",
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_row_without_usable_unit_or_time_is_set_aside(reason: str) -> None:
    columns, said = REFUSED[reason]
    frame = measured(**columns)  # type: ignore[arg-type]
    made = made_of(frame)
    (reject,) = made.rejects
    assert (reject.reason, reject.origin, reject.offset) == (reason, "shift3.csv", frame.height - 1)
    assert reject.message == f"stage 'rolling-2': row {frame.height} of shift3.csv: {said}"
    assert json.loads(reject.raw) == frame.row(-1, named=True)


def test_unit_ids_are_text() -> None:
    twin = made_of(measured(["e\u0301", "\u00e9", "007", "7", "1e5", " A "])).rows["unit_id"].to_list()
    assert twin == ["\u00e9", "\u00e9", "007", "7", "1e5", "A"]
    assert made_of(measured([2**62, 7])).rows["unit_id"].to_list() == [str(2**62), "7"]
    assert [r.reason for r in made_of(measured(["a" * 201, "a\x00b", "\u200b"])).rejects] == ["bad_unit"] * 3


def test_duplicates_revisions_and_contradictions_in_one_delivery() -> None:
    frame = measured(
        ["A", "A", "A", "A", "B"], time=[AT, AT, "2024-05-01T06:00:01Z", AT, AT], temp=["1", "1", "2", "3", "4"]
    )
    made = made_of(frame)
    assert made.rows["exit_temp"].to_list() == [1, 1, 2, 4], "equal rows and a later one stay, in order"
    assert [(r.offset, r.reason) for r in made.rejects] == [(3, "dup_conflict")]


def test_units_of_measure_are_converted_with_their_offset() -> None:
    source = Source("files", "file_folder", "rolling-2", units={"exit_temp": "degF", "speed": "km/h"})
    rows = made_of(measured(["A", "B"], temp=["212", "2732"]), source).rows
    assert rows["exit_temp"].to_list() == pytest.approx([100.0, 1500.0])
    assert rows["speed"].to_list() == pytest.approx([2.5 / 3.6] * 2)
    hot = made_of(measured(["A"], temp=["2733"]), source).rows
    assert json.loads(hot["quality"][0]) == {"exit_temp": ["bad", "above_high", "2733"]}, "limits are in our unit"


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        ("degF0", r"parameter 'exit_temp': unit 'degF0' is not known - did you mean 'degF'\?"),
        ("mm", r"parameter 'exit_temp': 'mm' is \[length\] and 'degC' is \[temperature\], there is no conversion"),
        ("((", r"unit '\(\(' is not known - use pint's spelling"),
    ],
)
def test_a_unit_of_measure_that_is_not_known_names_the_nearest(unit: str, message: str) -> None:
    source = Source("files", "file_folder", "rolling-2", units={"exit_temp": unit})
    with pytest.raises(DefinitionError, match=message):
        made_of(measured(["A"]), source)


def test_quality_codes_of_the_source_count() -> None:
    source = Source("files", "file_folder", "rolling-2", quality={"exit_temp": "q"})
    codes = ["192", "64", "0", None, "24"]
    made = made_of(measured(list("ABCDE"), q=codes), source)
    assert made.rows["exit_temp"].to_list() == [850, 850, None, 850, None]
    notes = [q and json.loads(q)["exit_temp"] for q in made.rows["quality"]]
    uncertain = ["uncertain", None, None]
    assert notes == [None, ["uncertain", "64", None], ["bad", "0", "850"], uncertain, ["bad", "24", "850"]]


def test_declared_quality_codes_settle_what_zero_means() -> None:
    for family, value in (("opc_ua", 850.0), ("opc_da", None)):
        source = Source("f", "file_folder", "s", quality={"exit_temp": "q"}, settings={"quality_codes": family})
        assert made_of(measured(["A"], q=["0"]), source).rows["exit_temp"].to_list() == [value]
    with pytest.raises(DefinitionError, match="quality_codes = 'opc' - use one of auto, opc_ua, opc_da"):
        made_of(measured(["A"]), Source("f", "file_folder", "s", settings={"quality_codes": "opc"}))


MISSING = {
    "exit_temp": ("ExitTemp", 'map it in [sources.files.columns], e.g. exit_temp = "ExitTemp"'),
    "unit_id": ("Unit", 'set unit_column in [sources.files], e.g. unit_column = "Unit"'),
    "time": ("when", "set time_column in [sources.files]"),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_missing_column_says_which_is_there_and_where_to_map_it(name: str) -> None:
    other, cure = MISSING[name]
    frame = measured(["A"]).rename({name: other})
    with pytest.raises(SchemaError) as caught:
        made_of(frame)
    has = ", ".join(frame.columns)
    assert str(caught.value) == f"stage 'rolling-2': column {name!r} missing in shift3.csv (has: {has}) - {cure}"


def test_names_of_parameters_cannot_clash_with_our_own() -> None:
    names = ["row", "reason", "value", "t", "raw", "index", "code", "literal", "column", "name"]
    stage = Stage("s", "l", "f", tuple(Parameter(n, low=0) for n in names), ())
    frame = pl.DataFrame({"unit_id": ["A", "A"], "time": [AT, AT]} | {n: ["x", "-1"] for n in names})
    made = conform(Batch("s", frame, "1"), stage, SOURCE, NOW)
    assert made.rows.height + len(made.rejects) == 2
    assert json.loads(made.rows["quality"][0]) == {n: ["bad", "not_a_number", "x"] for n in names}


def test_labels_become_one_row_a_value() -> None:
    frame = pl.DataFrame(
        {
            "unit_id": ["A", "B", "C", "D"],
            "time": [AT, AT, "2024-05-01 06:00", AT],
            "thickness": ["3.01", "thin", "3.2", ""],
            "scratch": ["1", "2", None, "0"],
        }
    )
    made = made_of(frame, LABELS)
    assert made.rows.schema == LABEL_COLUMNS
    kept = made.rows.select("unit_id", "characteristic", "value").rows()
    assert kept == [("A", "thickness", 3.01), ("A", "scratch", 1.0), ("D", "scratch", 0.0)]
    assert made.rows["t_known"].unique().to_list() == [NOW]
    assert [(r.offset, r.reason) for r in made.rejects] == [(1, "not_a_number"), (1, "not_binary"), (2, "naive_time")]
    assert made.received == 6, "empty cells are no labels"
    assert json.loads(made.rejects[1].raw) == {"unit_id": "B", "time": AT, "thickness": None, "scratch": "2"}
    said = "stage 'rolling-2': row 2 of shift3.csv: label '2' of 'scratch' is neither 0 nor 1 - correct it and replay"
    assert made.rejects[1].message == said


def test_a_refused_label_can_be_replayed_from_its_raw_text() -> None:
    frame = pl.DataFrame({"unit_id": ["C"], "time": ["2024-05-01 06:00"], "thickness": ["3.2"], "scratch": ["1"]})
    rejects = made_of(frame, LABELS).rejects
    zoned = Source("lab", "file_folder", "rolling-2", carries="labels", zone="Europe/Berlin")
    again = made_of(pl.DataFrame([json.loads(r.raw) for r in rejects], infer_schema_length=None), zoned)
    assert again.rows.select("characteristic", "value").rows() == [("thickness", 3.2), ("scratch", 1.0)]


def test_a_label_source_need_not_carry_all_characteristics_but_a_misspelt_one_is_missing() -> None:
    frame = pl.DataFrame({"unit_id": ["A"], "time": [AT], "thickness": ["3"]})
    assert made_of(frame, LABELS).rows.height == 1
    with pytest.raises(SchemaError, match=r"column 'scratch' missing in shift3\.csv"):
        made_of(frame.with_columns(Scratch=pl.lit("1")), LABELS)
    with pytest.raises(SchemaError, match="column 'thickness' missing"):
        made_of(frame.drop("thickness"), LABELS)


def test_label_values_of_bad_quality_are_set_aside() -> None:
    source = Source("lab", "file_folder", "rolling-2", carries="labels", quality={"thickness": "q"})
    frame = pl.DataFrame({"unit_id": ["A", "B"], "time": [AT, AT], "thickness": ["3", "4"], "q": ["Good", "Bad"]})
    made = made_of(frame, source)
    assert made.rows["unit_id"].to_list() == ["A"]
    assert made.rejects[0].reason == "bad_quality"


def test_rejects_of_the_source_are_passed_on_and_counted() -> None:
    reject = Reject("a.csv", -1, "", "bad_csv", "a.csv cannot be split - correct it")
    made = conform(Batch("rolling-2", pl.DataFrame(), "1", "a.csv", (reject,)), STAGE, SOURCE, NOW)
    assert (made.rejects, made.received, made.rows.height) == ((reject,), 1, 0)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", "", "\x00"]),
            st.sampled_from([AT, "2024-05-02T06:00:00Z", "2024-05-01 06:00", "soon"]),
            st.sampled_from(["1", "2", "x", ""]),
        ),
        max_size=12,
    )
)
def test_every_delivered_row_is_kept_or_refused(rows: list[tuple[str, str, str]]) -> None:
    units, times, temps = ([row[i] for row in rows] for i in range(3))
    made = made_of(measured(units, times, temps))
    assert made.received == len(rows)
    kept = made.rows.group_by("unit_id", "t_event").agg(pl.col("row_hash").n_unique())
    assert set(kept["row_hash"]) <= {1}, "no two contents of one unit and time"
