"""Onboard: from a file that nobody prepared to a stage with predictions; and 200 stages from one sheet."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from qc_app.jobs.requests import serve
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant, parse, render
from qc_app.settings import Settings
from qc_app.store import open_store
from tests.pages import made_plants
from tests.pages.made_plants import told

ROWS = 240
SINCE, UNTIL = datetime(2026, 2, 1, 6), datetime(2026, 2, 28)  # noqa: DTZ001 - the clock on the wall


@pytest.fixture
def new_plant(tmp_path) -> Path:
    home = tmp_path / "home"
    made_plants.founded(home, Plant("New works", zone="Europe/Berlin")).close()
    return home


def unprepared(file: Path, frame: pl.DataFrame, heads: dict[str, str]) -> Path:
    """Write a frame as people's spreadsheets do: odd headings, local times, a comma as decimal sign, cp1252."""
    shown = frame.select(
        [pl.col(c).dt.strftime("%d.%m.%Y %H:%M").alias(h) if frame.schema[c].is_temporal()
         else pl.col(c).cast(pl.String).str.replace(".", ",", literal=True).alias(h) for c, h in heads.items()]
    )  # fmt: skip
    text = shown.write_csv(separator=";", null_value="")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    os.utime(file, (1.7e9, 1.7e9))
    return file


def turbine(packs_dir: Path, file: Path) -> Path:
    """Write a stage of the gas turbine with German headings, no number of the unit, and gaps."""
    frame = pl.read_parquet(packs_dir / "gas_turbine" / "data.parquet").filter(pl.col("stage") == "2013-Q4").head(ROWS)
    heads = {"time": "Zeitstempel", "AT": "Außentemp. [°C]", "AP": "Luftdruck (mbar)", "AH": "rel. Feuchte [%]",
             "AFDP": "Filter ΔP".replace("Δ", "D"), "TIT": "T Turbine ein [°C]", "TEY": "Leistung (MWh)",
             "NOX": "NOx [mg/m³]"}  # fmt: skip
    return unprepared(file, frame, heads)


def made(file: Path, rows: int = 120) -> Path:
    rng = np.random.default_rng(7)
    force, temp = rng.normal(50, 5, rows), rng.normal(180, 8, rows)
    frame = pl.DataFrame(
        {
            "id": [f"T{n:04d}" for n in range(rows)],
            "t": pl.datetime_range(SINCE, UNTIL, "5m", eager=True)[:rows],
            "force": force.round(2),
            "temp": temp.round(1),
            "width": (10 + 0.02 * (force - 50) + rng.normal(0, 0.02, rows)).round(3),
        }
    )
    heads = {"id": "Teil-Nr.", "t": "Datum/Zeit", "force": "Kraft [kN]", "temp": "Temp. (°C)", "width": "Breite [mm]"}
    return unprepared(file, frame, heads)


def go(app, step: str):
    return app.segmented_control(key="onboard_step").set_value(step).run()


def read(app, folder: Path, stage: str = "press-9", line: str = "Hall 3"):
    app.text_input(key="onb_stage").set_value(stage)
    app.text_input(key="onb_line").set_value(line)
    app.segmented_control(key="onb_kind").set_value("Folder on the server").run()
    app.text_input(key="onb_path").set_value(str(folder))
    app = app.button(key="onb_read").click().run()
    assert not app.exception, app.exception
    return app


@pytest.fixture
def reading(new_plant, open_app, tmp_path):
    made(tmp_path / "drop" / "shift.csv")
    return read(open_app(new_plant, "onboard"), tmp_path / "drop")


def test_what_a_sample_says_is_guessed(reading):
    assert reading.session_state["onboard_step"] == "Columns"
    draft = reading.session_state["onboard_draft"]
    assert (draft.unit_column, draft.time_column, draft.decimal, draft.zone) == (
        "Teil-Nr.", "Datum/Zeit", ",", "Europe/Berlin",
    )  # fmt: skip
    assert draft.settings["time_format"] == "%d.%m.%Y %H:%M"
    assert (draft.settings["separator"], draft.settings["encoding"]) == (";", "cp1252")
    assert [(c.name, c.unit) for c in draft.used("parameter")] == [
        ("kraft", "kN"), ("temp", "degC"), ("breite", "mm"),
    ]  # fmt: skip
    assert "Datum/Zeit: every value is like %d.%m.%Y %H:%M" in told(reading)


def test_from_a_folder_to_predictions_without_editing_a_file(reading, new_plant):
    app = reading
    app.multiselect(key="onb_c_results").set_value(["Breite [mm]"]).run()
    app = go(app, "Results")
    app.number_input(key="onb_c_lower_0").set_value(9.7)
    app.number_input(key="onb_c_upper_0").set_value(10.3).run()
    app = go(app, "Preview")
    assert not app.exception
    assert "could be stored" in told(app)
    assert app.dataframe[0].value["kraft"].iloc[0] > 20
    app = go(app, "Go live")
    assert "stage &#x27;press-9&#x27; is added" in told(app)
    app = app.button(key="onb_live").click().run()
    assert not app.exception
    assert "press-9 is live" in told(app)
    with open_store(Settings(home=new_plant)) as store:
        assert serve(store, parse(store.journal.plants.current().definition)) == 2
        said = store.lake.predictions("press-9", since=datetime(2026, 1, 1, tzinfo=UTC))
        assert said.height == 120
        assert store.journal.models.pointers("", "").champion  # the first prior did not wait for a night
        assert said["tier"].to_list()[-1] == "champion"
        assert [a.action for a in store.journal.audit.list(last=20)].count("apply_plant") == 1
    assert "120 predictions" in told(app.run())


def test_the_draft_survives_going_back(reading):
    app = reading
    app.multiselect(key="onb_c_results").set_value(["Breite [mm]"]).run()
    app.text_input(key="onb_c_zone").set_value("UTC").run()
    app = go(app, "Preview")
    app = go(app, "Columns")
    assert app.multiselect(key="onb_c_results").value == ["Breite [mm]"]
    assert app.text_input(key="onb_c_zone").value == "UTC"
    app = go(app, "Source")
    assert app.text_input(key="onb_stage").value == "press-9"
    app = app.button(key="onboard_anew").click().run()
    assert app.text_input(key="onb_stage").value == ""


def test_a_wrong_zone_is_a_sentence_at_the_step(reading):
    reading.text_input(key="onb_c_zone").set_value("Mars").run()
    app = go(reading, "Preview")
    assert not app.exception
    assert "zone &#x27;Mars&#x27; is not known" in told(app)


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_below_engineer_nothing_is_kept(new_plant, open_app, role):
    app = open_app(new_plant, "onboard", role)
    app.text_input(key="onb_stage").set_value("press-9")
    app.text_input(key="onb_line").set_value("A")
    app.file_uploader(key="onb_file").set_value(("a.csv", b"id;t;x\n1;2026-01-01;2\n", "text/csv"))
    app = app.run().button(key="onb_read").click().run()
    assert "may not keep upload" in told(app)
    assert not (new_plant / "uploads").exists()


def test_a_sister_is_proposed_and_its_names_taken_over(open_app, tmp_path):
    home = tmp_path / "home"
    stages = tuple(made_plants.stage(f"rolling-{n}") for n in range(3))
    made_plants.founded(home, made_plants.plant_of(stages)).close()
    names = [p.name for p in made_plants.PARAMETERS]
    frame = pl.DataFrame(
        {"id": [f"C{n}" for n in range(30)], "time": pl.datetime_range(SINCE, UNTIL, "5m", eager=True)[:30]}
        | {n: np.linspace(1, 2, 30) for n in names}
        | {"thickness": np.linspace(2, 3, 30)}
    )
    unprepared(tmp_path / "drop" / "a.csv", frame, {n: n.replace("_", " ").title() for n in frame.columns})
    app = read(open_app(home, "onboard"), tmp_path / "drop", "rolling-9")
    app.multiselect(key="onb_c_results").set_value(["Thickness"]).run()
    app = go(app, "Results")
    assert "Proposed: the family rolling, because of rolling-0: 6 of its 6 parameters have a column here" in told(app)
    app = app.button(key="onb_join").click().run()
    draft = app.session_state["onboard_draft"]
    assert draft.family == "rolling"
    assert [c.name for c in draft.used("parameter")] == names
    assert "It joins the family rolling" in told(app)


@pytest.mark.slow
def test_two_hundred_stages_from_one_sheet(open_app, tmp_path):
    home = tmp_path / "home"
    made_plants.founded(home, made_plants.plant_of((made_plants.stage("rolling-1"),))).close()
    rows = "".join(f"rolling-1-{n};Hall {n % 5};rolling-1;/data/{n};3,{n:03d}\n" for n in range(200))
    sheet = "stage;line;like;measurements.path;thickness.upper\n" + rows
    app = open_app(home, "onboard")
    app.segmented_control(key="onboard_mode").set_value("Many stages from a sheet").run()
    app = (
        app.file_uploader(key="onb_sheet_0")
        .set_value(("s.csv", sheet.replace("3,007", "wide").encode(), "text/csv"))
        .run()
    )
    assert "s.csv, row 9, column &#x27;thickness.upper&#x27;: &#x27;wide&#x27; is not a number" in told(app)
    app = app.file_uploader(key="onb_sheet_0").set_value(("s.csv", sheet.encode(), "text/csv")).run()
    assert not app.exception
    app = app.button(key="onb_sheet_live").click().run()
    assert "200 stages are live" in told(app)
    with open_store(Settings(home=home)) as store:
        plant = parse(store.journal.plants.current().definition)
    assert (len(plant.stages), len(plant.sources)) == (201, 402)
    assert render(plant)


@pytest.mark.realdata
def test_a_real_stage_that_nobody_prepared_goes_live(packs_dir, new_plant, open_app, tmp_path):
    turbine(packs_dir, tmp_path / "turbine" / "export.csv")
    app = read(open_app(new_plant, "onboard"), tmp_path / "turbine", "turbine-1", "Power")
    draft = app.session_state["onboard_draft"]
    assert (draft.unit_column, draft.time_column) == ("Zeitstempel", "Zeitstempel")
    app.multiselect(key="onb_c_results").set_value(["NOx [mg/m³]"]).run()
    app = go(go(app, "Preview"), "Go live")
    app = app.button(key="onb_live").click().run()
    assert not app.exception
    with open_store(Settings(home=new_plant)) as store:
        serve(store, parse(store.journal.plants.current().definition))
        said = store.lake.predictions("turbine-1", since=datetime(2011, 1, 1, tzinfo=UTC))
    assert said.height >= ROWS - 2
    assert said["mean"].is_finite().all()


def test_results_that_stand_elsewhere_are_named_and_entered_later(reading, new_plant):
    reading.text_input(key="onb_c_owed").set_value("hardness, Ra , hardness").run()
    app = go(reading, "Results")
    assert [app.text_input(key=f"onb_c_name_{n}").value for n in (0, 1)] == ["hardness", "Ra"]
    app.text_input(key="onb_c_unit_1").set_value("um")
    app.number_input(key="onb_c_lower_1").set_value(2.0)
    app.number_input(key="onb_c_upper_1").set_value(1.0).run()
    app = go(app, "Preview")
    assert "lower 2, upper 1 are out of order - they must rise (step 3, Results)" in told(app)
    app = go(app, "Results")
    app.number_input(key="onb_c_upper_1").set_value(3.0).run()
    app = go(app, "Go live").button(key="onb_live").click().run()
    assert not app.exception
    with open_store(Settings(home=new_plant)) as store:
        plant = parse(store.journal.plants.current().definition)
        serve(store, plant)
    assert [(c.name, c.unit, c.upper) for c in plant.stage("press-9").characteristics] == [
        ("hardness", "", None), ("Ra", "um", 3.0),
    ]  # fmt: skip
    assert [s.carries for s in plant.sources] == ["measurements"]
    assert "No prediction yet, and none can be made: see above what is missing" in told(app.run())


def laboratory(file: Path, numbers: range) -> None:
    """Write results as a laboratory does: its own headings, when it measured, a verdict in words."""
    rows = [
        f"T{n:04d};{3 + n // 24:02d}.02.2026 {n % 24:02d}:15;{5 + n % 7},{n % 10};{'NOK' if n % 5 == 0 else 'OK'}"
        for n in numbers
    ]
    file.parent.mkdir(exist_ok=True)
    file.write_text("Teil-Nr.;Geprüft am;Rauheit Ra [um];Urteil\n" + "\n".join(rows) + "\n", encoding="cp1252")
    os.utime(file, (1.7e9, 1.7e9))


def test_results_that_arrive_in_a_folder_go_on_arriving(reading, new_plant, tmp_path):
    laboratory(tmp_path / "lab" / "monday.csv", range(30))
    reading.text_input(key="onb_c_owed").set_value("Rauheit, verdict").run()
    app = go(reading, "Results")
    assert "a file that is uploaded there is read once" in told(app)
    app.button(key="onb_r_read").click().run()
    assert "no folder was named" in told(app)
    app.text_input(key="onb_r_path").set_value(str(tmp_path / "lab"))
    app = app.button(key="onb_r_read").click().run()
    assert not app.exception, app.exception
    assert [app.selectbox(key=f"onb_r_{key}").value for key in ("unit", "time", "column_0", "column_1")] == [
        "Teil-Nr.", "Geprüft am", "Rauheit Ra [um]", "",
    ]  # fmt: skip
    app.selectbox(key="onb_r_column_1").set_value("Urteil").run()
    app = go(go(app, "Preview"), "Results")
    assert app.multiselect(key="onb_c_bad_1").value == ["NOK"]
    app = go(app, "Preview")
    assert app.dataframe[0].value["verdict"].head(3).to_list() == [1.0, 0.0, 0.0]
    app = go(app, "Go live").button(key="onb_live").click().run()
    assert not app.exception
    assert "Enter its results" not in told(app)
    with open_store(Settings(home=new_plant)) as store:
        plant = parse(store.journal.plants.current().definition)
        serve(store, plant)
        assert [s.carries for s in plant.sources] == ["measurements", "labels"]
        assert parse(render(plant)) == plant
        assert store.journal.labels.count("press-9", "Rauheit") == 30
        laboratory(tmp_path / "lab" / "tuesday.csv", range(30, 40))
        ingest(store, plant)
        assert store.journal.labels.count("press-9", "Rauheit") == 40
        assert store.journal.labels.known("press-9", "verdict")["value"].sum() == 8


def test_a_parameter_that_is_the_result_itself_is_named_before_going_live(new_plant, open_app, tmp_path):
    file = made(tmp_path / "drop" / "shift.csv")
    lines = file.read_bytes().decode("cp1252").splitlines()
    inches = [f"{float(line.split(';')[-1].replace(',', '.')) / 25.4:.5f}".replace(".", ",") for line in lines[1:]]
    text = "\r\n".join(f"{a};{b}" for a, b in zip(lines, ["Breite [in]", *inches], strict=True))
    file.write_bytes(text.encode("cp1252"))
    os.utime(file, (1.7e9, 1.7e9))
    app = read(open_app(new_plant, "onboard"), tmp_path / "drop")
    app.multiselect(key="onb_c_results").set_value(["Breite [mm]"]).run()
    app = go(app, "Preview")
    assert not app.exception, app.exception
    assert "breite_2 goes with breite almost exactly" in told(app)
    assert "kraft goes with" not in told(app)


def test_results_of_no_folder_again(reading, tmp_path):
    laboratory(tmp_path / "lab" / "monday.csv", range(30))
    reading.text_input(key="onb_c_owed").set_value("Ra").run()
    app = go(reading, "Results")
    app.text_input(key="onb_r_path").set_value(str(tmp_path / "lab"))
    app = app.button(key="onb_r_read").click().run()
    app.selectbox(key="onb_r_column_0").set_value("Rauheit Ra [um]").run()
    app = app.button(key="onb_r_none").click().run()
    assert not app.exception
    assert app.session_state["onboard_draft"].arriving is None
    app.text_input(key="onb_r_path").set_value("/nowhere")
    app = app.button(key="onb_r_read").click().run()
    assert "folder /nowhere cannot be read (No such file or directory) - check path and rights" in told(app)


def test_results_in_words_ask_what_means_bad(new_plant, open_app, tmp_path):
    file = made(tmp_path / "drop" / "shift.csv")
    lines = file.read_bytes().decode("cp1252").splitlines()
    told_ = ["Freigabe", *("nein" if n % 9 == 0 else "ja" for n in range(len(lines) - 1))]
    file.write_bytes("\r\n".join(f"{a};{b}" for a, b in zip(lines, told_, strict=True)).encode("cp1252"))
    os.utime(file, (1.7e9, 1.7e9))
    app = read(open_app(new_plant, "onboard"), tmp_path / "drop")
    app.multiselect(key="onb_c_results").set_value(["Freigabe"]).run()
    app = go(app, "Preview")
    assert "nothing says what means bad in &#x27;Freigabe&#x27; - choose it at step 3, Results" in told(app)
    app = go(app, "Results")
    assert app.toggle(key="onb_c_binary_0").value
    app.multiselect(key="onb_c_bad_0").set_value(["nein"]).run()
    app = go(app, "Preview")
    assert app.dataframe[0].value["freigabe"].head(3).to_list() == [1.0, 0.0, 0.0]
    app = go(app, "Columns")
    app.multiselect(key="onb_c_results").set_value([]).run()
    assert "freigabe" not in [c.name for c in app.session_state["onboard_draft"].used("parameter")]
