"""The shift hand-over: which shift, what is in it, and files that a person can read."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pypdfium2
import pytest
from fpdf import FPDF
from openpyxl import load_workbook

from qc_app.cli import main
from qc_app.errors import ActionError, PlantError
from qc_app.handover import FOLDER, keep_due, paper_language, pdf_bytes, workbook_bytes, write
from qc_app.handover.fonts import can_write, letters
from qc_app.language import speaking
from qc_app.plant import Calendar, Plant, Shift, digest, render
from qc_app.records import Alarm, Event, Label
from qc_app.schedule.handing_over import HandingOver
from qc_app.schedule.led import LedPlant
from qc_app.views import Handover, enter, handover, plant_now, worked_shifts, xlsx_bytes
from qc_app.views.handover.parts import changes, stood
from tests.pages.made_plants import NASTY, NOW, founded, plant_of, stage
from tests.pages.made_troubles import troubled

THREE = Calendar(
    (Shift("early", "06:00", "14:00"), Shift("late", "14:00", "22:00"), Shift("night", "22:00", "06:00")),
    (date(2026, 2, 28),),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The troubled plant with three shifts, a note, and a result out of specification in the running one."""
    home = troubled(tmp_path_factory.mktemp("handover") / "home")
    with enter(home) as store:
        plant = replace(plant_now(store), calendar=THREE)
        store.journal.plants.save(render(plant), digest(plant), "maria", "shifts", NOW - timedelta(days=2))
        late = NOW - timedelta(hours=1)
        store.journal.events.add(Event("rolling-2", late, "note", "=HYPERLINK(1) roll <b>gap</b> שלום", "maria"))
        bad = Label("rolling-2", "thickness", "=1+1", 2.71, late, late, "lab", note="edge")
        store.journal.labels.commit("rolling-2", "lab", [bad], "x", 1, 0, late)
    return home


@pytest.fixture(scope="module")
def told(home) -> Handover:
    with enter(home) as store:
        plant = plant_now(store)
        return handover(store, plant, worked_shifts(plant, NOW)[0])


def text_of(made: bytes) -> str:
    document = pypdfium2.PdfDocument(made)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def test_the_paper_has_room_for_those_who_sign_it_and_values_in_four_figures(told):
    words = text_of(pdf_bytes(told))
    assert "Handed over by" in words
    assert "Taken over by" in words
    assert "2.710" in words
    assert "2.7100" not in words


def test_shifts_are_the_plants_own_newest_first_and_none_on_a_holiday():
    plant = replace(plant_of((stage("rolling-1"),)), calendar=THREE)
    shifts = worked_shifts(plant, NOW, 6)
    assert [(s.name, s.day.day) for s in shifts] == [
        ("early", 2), ("night", 1), ("late", 1), ("early", 1), ("night", 27), ("late", 27)
    ]  # fmt: skip
    assert shifts[0].start == datetime(2026, 3, 2, 5, tzinfo=UTC)


def test_the_shift_says_what_happened_in_it(told):
    assert not told.ended
    assert told.title == "Early of 2026-03-02, 06:00 to 14:00 (UTC+01:00)"
    alarms, rejects = told.parts["Alarms"], told.parts["Results out of specification"]
    assert alarms["priority"][0] == "high"
    assert "rolling-2" in alarms["stage"]
    assert rejects.select("unit", "value", "note").row(0) == ("=1+1", 2.71, "edge")
    assert rejects["specification"][0] == "2.400 to 2.600 mm"
    assert "roll" in told.parts["Notes and events"]["text"][0]
    assert "1 of them high" in told.sentences[0]
    assert "1 result came in, 1 of them out of specification" in told.sentences[2]
    quality = told.parts["Quality"]
    assert quality["units"].max() == 12  # a unit each 24 minutes, from 06:00 to 11:00 local
    assert quality.filter(pl.col("stage") == "rolling-2")["predicted_out"].sum() > 0


def test_what_happened_in_another_shift_is_not_told(home):
    with enter(home) as store:
        plant = plant_now(store)
        before = handover(store, plant, worked_shifts(plant, NOW)[1])
    assert before.ended
    assert not before.parts["Notes and events"].height
    assert not before.parts["Results out of specification"].height


def test_a_line_tells_its_own_and_an_unknown_one_names_the_nearest(home):
    with enter(home) as store:
        plant = plant_now(store)
        shift = worked_shifts(plant, NOW)[0]
        mine = handover(store, plant, shift, "Hot strip 2")
        assert set(mine.parts["Quality"]["line"]) == {"Hot strip 2"}
        with pytest.raises(PlantError, match="Hot strip 1"):
            handover(store, plant, shift, "Hot stripp 1")


def alarm(priority: str, raised: datetime, cleared: datetime | None = None, state: str = "unacknowledged") -> Alarm:
    return Alarm("drift", "rolling-1", "x", priority, state, raised, raised, "it moved", cleared=cleared)


def test_a_stage_changed_if_the_gravest_alarm_at_the_end_is_another():
    shift = worked_shifts(plant_of((stage("rolling-1"),)), NOW, 2)[1]
    inside, before = shift.start + timedelta(hours=2), shift.start - timedelta(hours=2)
    worse = changes([alarm("low", before), alarm("high", inside)], shift, NOW)
    assert worse.select("before", "after").row(0) == ("✓ Normal", "■ Act")
    better = changes([alarm("medium", before, inside)], shift, NOW)
    assert better.row(0)[1:] == ("▲ Watch", "✓ Normal", "What was wrong is gone.")
    assert not changes([alarm("high", before)], shift, NOW).height
    assert not changes([alarm("high", inside, state="suppressed")], shift, NOW).height
    assert not stood(alarm("high", before, inside), inside)


def test_the_pdf_can_be_read_and_nothing_in_it_is_more_than_text(told):
    made = pdf_bytes(told)
    text = text_of(made)
    assert told.title in text
    assert "not over" in text
    assert all(heading in text for heading in told.parts)
    assert NASTY[:20] in text
    assert b"/URI" not in made
    assert b"/JavaScript" not in made


def test_a_long_table_is_cut_on_paper_and_says_so(told):
    rows = pl.concat([told.parts["Quality"]] * 30)
    text = text_of(pdf_bytes(replace(told, parts={"Quality": rows})))
    assert f"and {rows.height - 60} more: see the workbook" in text


def test_without_any_font_on_the_machine_the_pdf_is_still_made(told, monkeypatch):
    monkeypatch.setattr("qc_app.handover.pdf.letters", lambda pdf: letters(pdf, ()))
    assert "Early of 2026-03-02" in text_of(pdf_bytes(told))
    assert not letters(FPDF(), ()).unicode


def test_the_workbook_holds_every_table_and_no_formula(told):
    book = load_workbook(io.BytesIO(workbook_bytes(told)))
    assert book.sheetnames == ["Summary", *told.parts]
    assert book["Summary"]["A1"].value == told.title
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {"=1+1", "=HYPERLINK(1) roll <b>gap</b> שלום"} <= {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.data_type == "f"]
    heads = [cell.value for cell in book["Alarms"][1]]
    assert "Raised (Europe/Berlin)" in heads


def test_a_workbook_takes_what_excel_does_not():
    frame = pl.DataFrame({"a": ["x\x07" * 40_000], "at": [datetime(2026, 3, 29, 0, 30, tzinfo=UTC)], "l": [[1.0]]})
    sheet = load_workbook(io.BytesIO(xlsx_bytes({"a/b[c]" * 9: frame}, "Europe/Berlin"))).worksheets[0]
    assert len(sheet["A2"].value) == 32_767
    assert sheet["B2"].value == datetime(2026, 3, 29, 1, 30)  # noqa: DTZ001 - a sheet knows no zones
    assert sheet.max_column == 2


@pytest.mark.slow
def test_the_shifts_that_ended_are_kept_once(home):
    with enter(home) as store:
        plant = plant_now(store)
        made = keep_due(store, plant)
        assert sorted(path.name for path in made) == [
            f"shift-2026-03-01-{name}.{ending}" for name in ("early", "late", "night") for ending in ("pdf", "xlsx")
        ]
        assert keep_due(store, plant) == []
        (home / FOLDER / "shift-2026-03-01-late.pdf").unlink()
        old = home / FOLDER / "shift-2024-03-01-late.pdf"
        old.write_bytes(b"")
        HandingOver(LedPlant(store, lambda: None, lambda: plant)).look()
        assert (home / FOLDER / "shift-2026-03-01-late.pdf").exists()
        assert not old.exists()


def test_a_plant_without_shifts_keeps_none(tmp_path):
    plant = plant_of((stage("rolling-1"),))
    with founded(tmp_path / "home", plant) as store:
        assert keep_due(store, plant) == []
        empty = handover(store, plant, worked_shifts(plant, NOW)[0])
    assert empty.sentences == (
        "No alarm rang or stood.",
        "No unit was predicted.",
        "No result came in.",
        "No result is owed.",
    )
    assert "None." in text_of(pdf_bytes(empty))


def test_the_command_writes_what_is_asked_for(home, tmp_path, capsys):
    out = tmp_path / "a.xlsx"
    asked = ["report", "shift", "--home", str(home), "--shift", "night", "--line", "Hot strip 1", "--out", str(out)]
    assert main(asked) == 0
    assert "Night of 2026-03-01, 22:00 to 06:00" in capsys.readouterr().out
    assert load_workbook(out).sheetnames[0] == "Summary"
    for wrong, code, hint in (
        ("--shift nite", 1, "night"),
        ("--day 1.3.2026", 2, "2026-03-01"),
        ("--day 2026-02-28", 1, "no shift of"),
    ):
        assert main(["report", "shift", "--home", str(home), *wrong.split()]) == code
        assert hint in capsys.readouterr().err


def test_an_ending_that_nobody_can_open_is_refused(told, tmp_path):
    with pytest.raises(ActionError, match=r"\.pdf or a \.xlsx"):
        write(told, tmp_path / "a.docx")


def test_the_shift_of_the_long_night_is_named_with_the_offset_at_its_end():
    plant = Plant("P", zone="Europe/Berlin", calendar=THREE)
    night = next(s for s in worked_shifts(plant, datetime(2026, 10, 25, 8, tzinfo=UTC)) if s.name == "night")
    told = Handover("P", plant.zone, "", night, night.end, ended=True, sentences=(), parts={})
    assert told.title == "Night of 2026-10-24, 22:00 to 06:00 (UTC+01:00)"
    assert night.end - night.start == timedelta(hours=9)


@pytest.mark.parametrize("code", ["de", "es", "zh"])
def test_a_hand_over_is_whole_in_each_language_but_for_what_was_written_in_english(home, code):
    with enter(home) as store, speaking(code):
        plant = plant_now(store)
        view = handover(store, plant, worked_shifts(plant, NOW)[0])
        book = load_workbook(io.BytesIO(workbook_bytes(view)))
        paper = text_of(pdf_bytes(view)) if paper_language() == code else ""
        heads = [cell.value for sheet in book for cell in next(sheet.iter_rows())]
        title = view.title
    assert not [words for words in (title, *view.sentences, *view.parts, *heads, *book.sheetnames) if "(en)" in words]
    assert not paper or title in paper
    assert title != "Early of 2026-03-02, 06:00 to 14:00 (UTC+01:00)"


@pytest.mark.slow
def test_the_scheduled_hand_over_speaks_the_language_of_the_settings(home, tmp_path):
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    shutil.rmtree(copy / FOLDER, ignore_errors=True)
    (copy / "settings.toml").write_text('language = "de"\n', encoding="utf-8")
    with enter(copy) as store:
        sheets = [path for path in keep_due(store, plant_now(store)) if path.suffix == ".xlsx"]
    assert load_workbook(sheets[0]).sheetnames[0] == "Zusammenfassung"


def test_the_command_writes_in_a_language_and_knows_no_other(home, tmp_path, capsys):
    out = tmp_path / "shift.xlsx"
    assert main(["report", "shift", "--language", "es", "--out", str(out), "--home", str(home)]) == 0
    assert load_workbook(out).sheetnames[0] == "Resumen"
    assert main(["report", "shift", "--language", "fr", "--home", str(home)]) == 1
    assert "none of en, de" in capsys.readouterr().err


def test_a_language_without_a_font_is_not_written_on_paper():
    assert can_write("de", ())
    assert not can_write("zh", ())
