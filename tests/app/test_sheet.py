"""Many stages from one sheet: exact both ways, every mistake named with its row and column."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors.schema import Characteristic, Parameter, Source, Stage
from qc_app.errors import PlantError
from qc_app.plant import Plant, difference, read_sheet, write_sheet
from qc_app.plant.sheet_cells import cell_of, value_of
from tests.app.test_plant import plants

PRESS = Stage(
    "press-1",
    "A",
    "press",
    (Parameter("force", "kN", 0.0, 90.0), Parameter("temp", "degC", settable=False)),
    (Characteristic("width", "mm", lower=9.0, upper=11.0),),
)
PLANT = Plant(
    "Works",
    stages=(PRESS,),
    sources=(
        Source("press-1 files", "file_folder", "press-1", zone="UTC", settings={"path": "in/1", "settle_s": 0}),
        Source("press-1 lab", "file_folder", "press-1", "labels", columns={"width": "W"}, settings={"path": "lab/1"}),
    ),
)


@given(plants())
@settings(max_examples=60, deadline=None)
def test_a_sheet_laid_over_its_own_plant_changes_nothing(plant):
    assert difference(plant, read_sheet(write_sheet(plant), plant)) == []


def test_only_ends_of_lines_end_a_row_of_a_sheet():
    odd = Source("s", "file_folder", "press-1", settings={"x": "0\x1e0", "y": "a\u2028b"})
    plant = Plant("Works", stages=(PRESS,), sources=(odd,))
    assert read_sheet(write_sheet(plant).replace("\n", "\r\n"), Plant("Works")) == plant


def test_a_sheet_carries_whole_stages_to_an_empty_plant():
    assert read_sheet(write_sheet(PLANT), Plant("Works")) == PLANT


@given(st.one_of(st.text(), st.integers(), st.booleans(), st.floats(allow_nan=False), st.lists(st.text())))
def test_a_cell_comes_back_equal_or_stays_empty(value):
    for wanted in (None, type(value)):
        text = cell_of(value, wanted)
        if text:
            assert value_of(text, wanted) == value


def test_two_hundred_stages_like_one():
    rows = [f"press-{n};L{n % 7};press-1;in/{n};lab/{n};9,{n:03d};W{n}" for n in range(2, 202)]
    sheet = "stage;line;like;measurements.path;labels.path;width.lower;labels.columns.width\n" + "\n".join(rows)
    plant = read_sheet(sheet, PLANT)
    assert (len(plant.stages), len(plant.sources)) == (201, 402)
    last = plant.stage("press-201")
    assert (last.family, last.line, last.parameters) == ("press", "L5", PRESS.parameters)
    assert last.characteristics[0].lower == pytest.approx(9.201)
    fed = {s.name: s for s in plant.sources_of("press-201")}
    assert fed["press-201 files"].settings["path"] == "in/201"
    assert dict(fed["press-201 lab"].columns) == {"width": "W201"}
    assert plant.stage("press-1") == PRESS
    assert read_sheet(sheet, plant) == plant, "the same sheet again changes nothing"


def test_one_cell_changes_one_thing_and_a_dash_takes_away():
    changed = read_sheet("stage,characteristic,lower,upper\npress-1,width,-,12\n", PLANT)
    assert difference(PLANT, changed) == [
        "stage 'press-1', characteristic 'width': lower 9.0 is no longer given",
        "stage 'press-1', characteristic 'width': upper 11.0 becomes 12.0",
    ]


LIKE = "stage,line,{}\na,L,{}"
WIDTH = "stage,characteristic,upper\npress-1,width,{}"


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("", "1: there is no heading - name the columns, at least stage and line"),
        ("stge,line\na,L", "1: no column 'stage' - did you mean 'stge'?"),
        ("stage,line,line\na,L,L", "1: column 'line' is there twice - rename one"),
        ("stage,line\n,L", "2: no stage - fill the column 'stage'"),
        ("stage,line\na,L,M", "2: 3 cells under 2 headings - put text with the separator in it into quotes"),
        ("stage,lien\na,L", "2, column 'lien': a row about a stage has no 'lien' - did you mean 'line'?"),
        ("stage,family\na,f", "2, column 'stage': [stages.a] has no line - add line = '...'"),
        ("stage,line\na,L\na,M", "3, column 'stage': stage 'a' stands in row 2 already - keep one of the two"),
        (LIKE.format("like", "pres-1"), "2, column 'like': there is no stage 'pres-1' to be like - did you mean"),
        (LIKE.format("like,widht.upper", "press-1,1"),
         "2, column 'widht.upper': stage 'a' has no parameter or characteristic 'widht' - did you mean 'width'?"),
        (LIKE.format("like,width.uper", "press-1,1"),
         "2, column 'width.uper': characteristic 'width' has no 'uper' - did you mean 'upper'?"),
        (WIDTH.format("wide"), "2, column 'upper': 'wide' is not a number - correct the cell, or leave it empty"),
        (WIDTH.format("8"), "2, column 'upper': [stages.press-1.characteristics.width]: characteristic 'width'"),
        ("stage,parameter,characteristic\npress-1,a,b", "2, column 'characteristic': a row is about one of"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_row_and_column(sheet, message):
    with pytest.raises(PlantError) as error:
        read_sheet(sheet, PLANT, "s.csv")
    assert str(error.value).startswith(f"s.csv, row {message}")
