"""What is guessed of exports as people make them: titles, rows written twice, totals, verdicts in words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from data_connectors.file_folder.excel import sheets_of
from data_connectors.file_folder.options import Options
from data_connectors.guessing import columns, guess_columns, guess_layout

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def roles(frame: pl.DataFrame, decimal: str = ".") -> dict[str, str]:
    return {g.column: g.role for g in guess_columns(frame, NOW, decimal)}


def export(rows: int = 60) -> pl.DataFrame:
    """Make an export with its time before the number, as many systems write it."""
    return pl.DataFrame(
        {
            "Zeit": [f"{n % 28 + 1:02d}.01.2026 06:{n % 60:02d}" for n in range(rows)],
            "Charge-Nr.": [f"CH-{n:05d}" for n in range(rows)],
            "Druck [bar]": [f"{n / 7:.2f}" for n in range(rows)],
        }
    )


def test_rows_written_twice_and_a_line_of_totals_hide_no_unit():
    frame = export()
    total = pl.DataFrame({"Zeit": [None], "Charge-Nr.": [None], "Druck [bar]": ["123.45"]}, schema=frame.schema)
    messy = pl.concat([frame[:9], frame[8:9], frame[8:], total])
    assert roles(messy) == {"Zeit": "time", "Charge-Nr.": "unit", "Druck [bar]": "number"}


@pytest.mark.parametrize("column", ["Lot", "Nr"])
def test_a_column_that_repeats_names_no_unit(column):
    frame = export().with_columns(pl.Series(column, [f"L{n // 4}" for n in range(60)])).drop("Charge-Nr.")
    assert roles(frame)[column] == "other"


def test_fractions_name_no_unit():
    frame = export().drop("Charge-Nr.").with_columns(pl.Series("Part weight", [n / 8 for n in range(60)]))
    assert roles(frame)["Part weight"] == "number"


def test_verdicts_in_words_are_known_by_how_few_they_are():
    frame = export().with_columns(pl.Series("Befund", ["i.O."] * 50 + ["n.i.O."] * 10))
    found = {g.column: g.kinds for g in guess_columns(frame, NOW)}
    assert found == {"Zeit": (), "Charge-Nr.": (), "Druck [bar]": (), "Befund": ("i.O.", "n.i.O.")}


def test_times_of_an_american_clock_with_the_year_first():
    frame = pl.DataFrame({"when": ["2020/10/21 12:16:26 AM", "2020/10/21 01:17:26 PM"], "x": ["1", "2"]})
    assert next(g.time_format for g in guess_columns(frame, NOW) if g.role == "time") == "%Y/%m/%d %I:%M:%S %p"


@pytest.mark.parametrize(
    ("text", "separator", "heading"),
    [
        ("a;b;c\n1;2;3\n", ";", 1),
        ("Export of press 3\nmade 2026-01-01, 06:00\n\na;b;c\n1,5;2;3\n1,6;2;3\n1,7;2;4\n", ";", 4),
        ("a,b,c,\n1,2,3,\n", ",", 1),
        ("only\n1\n2\n", ",", 1),
        ("", ",", 1),
    ],
)
def test_where_the_headings_stand(text, separator, heading):
    found = guess_layout(text.encode())
    assert (found.separator, found.heading) == (separator, heading)


def test_the_largest_sheet_is_found_below_its_title(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["made by the control system"])
    sheet = book.create_sheet("Values")
    sheet.append(["Turbine 2"])
    sheet.merge_cells("A1:C1")
    sheet.append([])
    for line in [["id", "time", "x"], *([f"T{n}", datetime(2026, 1, 1, n), n] for n in range(9))]:  # noqa: DTZ001
        sheet.append(line)
    book.create_sheet("Empty")
    book.save(tmp_path / "a.xlsx")
    with (tmp_path / "a.xlsx").open("rb") as file:
        found = sheets_of(file, Options(Path()))
    assert [(s.name, s.heading) for s in found] == [("Values", 3), ("Sheet", 1)]


def test_of_thousands_of_numbers_none_is_read_as_a_time(monkeypatch):
    """Three thousand columns took a minute and a half when each was read in twenty forms."""
    asked: list[str] = []
    real = columns.moments

    def counted(raw: pl.Series, *rest):
        asked.append(raw.name)
        return real(raw, *rest)

    monkeypatch.setattr(columns, "moments", counted)
    wide = {f"x{n}": [f"{n * k / 7}" for k in range(40)] for n in range(300)}
    epochs = [str(1_772_352_000 + k) for k in range(40)]
    frame = pl.DataFrame(wide | {"zeit": [f"31.01.2026 06:{k:02d}" for k in range(40)], "stamp": epochs})
    found = {g.column: g.role for g in guess_columns(frame, NOW) if g.role == "time"}
    assert found == {"zeit": "time"}
    assert set(asked) == {"zeit", "stamp"}
    assert len(asked) < 12
    assert roles(frame.drop("zeit"))["stamp"] == "time"
