"""Broken plant files and data files as a new user makes them: each message says what, where and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from qc_app.cli import main
from qc_app.settings import Settings
from qc_app.store import open_store

BROKEN = Path(__file__).with_name("broken")
PLANTS = {
    "cut-off": ", line 16: [sources.files] has no stage - add stage = '...'",
    "typing-error": ", line 3: [plant] does not know 'zoen' - did you mean 'zone'?",
    "key-twice": ", line 10: the same key is given twice - keep one of the two",
    "number-in-quotes": ', line 13: lower = "9,8" must be a number - write it without quotes, with a point: 9.8',
    "decimal-comma": ", line 13: a number takes a point - write 9.8, not 9,8",
    "no-quotes": ', line 2: text needs quotes - write key = "text"',
    "blank-in-table": ', line 8: a name with a blank needs quotes - write [stages."oven 2"] or use oven-2',
    "backslash": ", line 20: a backslash means something else here - write / or put the path into '...'",
    "other-case": ", line 18: source 'files': stage 'Press' is not defined - did you mean 'press'?",
    "wrong-table": ", line 5: a plant file does not know 'stage' - did you mean 'stages'?",
    "utf16": " is text in UTF-16 - save the file as UTF-8",
    "cp1252": ", line 2: this is not UTF-8 text - save the file as UTF-8",
    "curly-quotes": ', line 2: typographic quotes are no quotes - write straight ones: "..."',
    "yaml": ", line 2: a colon stands where = must be - write key = value",
    "empty": ", line 1: the file is empty - begin with [plant] and name = '...'",
    "bracket": ", line 16: the heading of the table has no end - write ] behind it",
    "other-letters": ', line 5: a name with such letters needs quotes - write [stages."Öfen"]',
    "copied-blank": ", line 9: an invisible blank stands here, often copied along - type the line anew",
    "remark-with-slashes": ", line 9: a remark begins with #, and no sign ends a line",
    "capital-true": ", line 21: write true or false, in small letters",
    "open-text": ", line 6: the text has no end - close it with the quote that it begins with",
    "json": ", line 1: this is JSON, no plant file - write [plant] and name = '...'",
    "a-table": ", line 1: this looks like a table, no plant file - give a sheet of stages with --stages",
    "web-page": ", line 1: this is a web page or XML, no plant file - name the one with [plant]",
    "open-list": ", line 20: the list has no end - write ] behind its last value",
    "no-brackets": ", line 16: the heading of a table stands in brackets - write [sources.files]",
    "limit-with-unit": ", line 14: the number stands alone, its unit in unit = '...'",
    "no-kind": ", line 16: [sources.files] has no kind - add kind = 'file_folder' or another",
    "literal-password": ", line 22: source 'line': a literal password stands in the plant definition - give password"
    " = 'env:NAME' or 'file:PATH' (allow_plain = true lets it pass for a trial)",
    "zone-misspelt": ": plant: zone 'America/New_Yrk' is not known - use an IANA name such as 'America/New_York'",
    "workbook": " is no text (a workbook or archive?) - write the definition as text, saved as UTF-8",
    "register-number": ", line 22: source 'plc': '40001': no area '40001' - there are: holding, input, coil, discrete",
}
HEAD = "stage 'press': "
DATA = {
    "column-renamed.csv": HEAD + "column 'force' missing in column-renamed.csv (has: unit_id, time, Force_kN, width)"
                                 ' - map it in [sources.files.columns], e.g. force = "Force_kN"',
    "cp1252.csv": HEAD + "cp1252.csv is not utf-8 (byte 14: invalid start byte) - set encoding, e.g. cp1252",
    "cut-off.csv": "cut-off.csv: line 5 has 2 fields and the header 4 - correct the line",
    "decimal-comma.csv": HEAD + 'decimal-comma.csv has one column, unit_id;time;force;width - set separator = ";" in'
                                " [sources.files]",
    "empty.csv": HEAD + "empty.csv is empty - it needs a line with the names of the columns",
    "header-twice.csv": "header-twice.csv: the header comes again - remove it",
    "no-workbook.xlsx": HEAD + "no-workbook.xlsx is no readable workbook (Cannot detect file format) - save it again",
    "not-parquet.parquet": HEAD + "not-parquet.parquet is no readable Parquet file (Parquet magic bytes not found in"
                                  " footer. Either the file is corrupted or this is not a parquet file.) - write it"
                                  " again",
    "semicolons.csv": HEAD + 'semicolons.csv has one column, unit_id;time;force;width - set separator = ";" in'
                             " [sources.files]",
    "summer-time.csv": HEAD + "row 1 of summer-time.csv: time '2025-10-26 02:30:00' came twice in zone Europe/Berlin"
                              ' - set ambiguous = "earliest" or "latest" in [sources.files]',
    "title-line.csv": HEAD + "title-line.csv has one column, Export of press 3;;; - its first line must name the"
                             " columns: remove what stands above them, or set separator",
    "two-columns-same.csv": HEAD + "two-columns-same.csv names column 'force' twice - rename one",
    "us-dates.csv": HEAD + "row 1 of us-dates.csv: time '03/14/2026 08:00' in 'time' cannot be read - set time_format"
                           ' in [sources.files], e.g. time_format = "%m/%d/%Y %H:%M"',
    "packed.csv": HEAD + "packed.csv is packed (gzip or the like) - unpack it",
    "utf16.csv": HEAD + 'utf16.csv is text in UTF-16 - set encoding = "utf-16", or save it as UTF-8',
    "web-page.csv": HEAD + "web-page.csv is a web page or XML under another name - open it and save the table as CSV",
    "web-page.xlsx": HEAD + "web-page.xlsx is a web page or XML under another name - open it and save the table as CSV",
    "a-list.jsonl": "a-list.jsonl: line 1 is no JSON object (a list instead of {...}: write an object a line, without"
                    " [ ] and commas between) - correct the line",
    "german-dates.csv": HEAD + "row 1 of german-dates.csv: time '01.03.26 08:00' in 'time' cannot be read - set"
                               ' time_format in [sources.files], e.g. time_format = "%d.%m.%y %H:%M"',
    "clock-only.csv": HEAD + "row 1 of clock-only.csv: time '08:00:00' in 'time' cannot be read - it has no date: let"
                             " the source write date and time into one column",
    "days-of-excel.csv": HEAD + "row 1 of days-of-excel.csv: time '46082.33' in 'time' cannot be read - it is a"
                                " spreadsheet's number of days: format the column as date and time, and save it again",
    "no-headings.csv": HEAD + "the first line of no-headings.csv holds values (C0, 2026-03-01T08:00:00, 10.5, 9.00) -"
                              " it must name the columns",
    "rounded-ids.csv": HEAD + "row 1 of rounded-ids.csv: unit id '1.2E+05' is a number that a spreadsheet has rounded,"
                              " so units cannot be told apart - format the column as text and export it again",
    "open-quote.csv": HEAD + "open-quote.csv has a quote that never ends - close it, or set quote = ''",
    "extra-field.csv": "extra-field.csv: line 3 has 5 fields and the header 4 - correct the line",
    "units-line.csv": HEAD + "row 1 of units-line.csv: time '-' in 'time' cannot be read - it has no digit: take the"
                             " line away if it holds units or a remark",
    "separator-at-end.csv": "separator-at-end.csv: line 2 has 5 fields and the header 4 - take away the separator at"
                            " its end",
    "utf16-no-mark.csv": HEAD + 'utf16-no-mark.csv is text in UTF-16 - set encoding = "utf-16-le", or save it as UTF-8',
    "carriage-returns.csv": HEAD + "carriage-returns.csv ends its lines with a carriage return alone, as no program of"
                                   " today does - save it again as CSV (UTF-8)",
    "sep-line.csv": HEAD + 'sep-line.csv has one column, sep=; - set heading_line = 2 and separator = ";" in'
                           " [sources.files]",
    "objects.csv": HEAD + "objects.csv is JSON under another name - let it end in .jsonl, an object a line",
    "formulas.xlsx": HEAD + "formulas.xlsx holds formulas without their results (C2: =50+0) - open it in a spreadsheet"
                            " program and save it there",
    "second-sheet.xlsx": HEAD + "column 'unit_id' missing in second-sheet.xlsx (has: Monthly report) and 2 more (time,"
                                " force) - set unit_column in [sources.files]; or name another sheet (Data), e.g."
                                ' sheet = "Data"',
    "no-such-day.csv": HEAD + "row 1 of no-such-day.csv: time '2026-02-29T08:00:00' in 'time' cannot be read - no"
                              " calendar has this day, or no clock this time: correct it at the source",
    "zone-letters.csv": HEAD + "row 1 of zone-letters.csv: time '2026-03-01 08:00 CET' in 'time' cannot be read - 'CET'"
                               " is no offset: let the source write one such as +01:00, or leave it away and set zone"
                               " in [sources.files]",
    "null-ids.csv": HEAD + "row 1 of null-ids.csv: unit id 'NULL' is a program's word for nothing - fill the id in and"
                           " replay",
    "zero-bytes.csv": "zero-bytes.csv: line 3 has 1 field and the header 4 - it is zero bytes, as a power cut leaves"
                      " them: take it away",
    "workbook.csv": HEAD + "workbook.csv is no text (a workbook or archive?) - give it its own ending, or save it as"
                           " CSV",
}  # fmt: skip


def test_every_broken_file_has_its_message():
    assert {f.stem for f in (BROKEN / "plants").iterdir()} == set(PLANTS)
    assert {f.name for f in (BROKEN / "data").iterdir()} == {*DATA, "words-for-numbers.csv"}


@pytest.mark.parametrize(("name", "message"), PLANTS.items())
def test_a_broken_plant_file_changes_nothing_and_says_why(applied, capsys, name, message):
    shutil.copy(BROKEN / "plants" / f"{name}.toml", "broken.toml")
    assert main(["apply", "broken.toml"]) == 2
    assert capsys.readouterr().err == f"error: broken.toml{message}\n"
    with open_store(Settings(home=applied)) as store:
        assert len(store.journal.plants.history()) == 1


def test_a_dry_run_where_no_plant_is_says_what_would_be_new_and_makes_nothing(tmp_path, capsys):
    shutil.copy(BROKEN / "plants" / "zone-misspelt.toml", tmp_path / "plant.toml")
    text = (tmp_path / "plant.toml").read_text().replace("New_Yrk", "New_York")
    (tmp_path / "plant.toml").write_text(text)
    assert main(["apply", str(tmp_path / "plant.toml"), "--dry-run", "--home", str(tmp_path / "new")]) == 0
    assert "with 1 stage is new" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("name", "message"), DATA.items())
def test_a_broken_data_file_is_held_with_its_message(home, name, message):
    text = Path("plant.toml").read_text().replace('zone = "UTC"', 'zone = "Europe/Berlin"')
    Path("plant.toml").write_text(text)
    shutil.copy(BROKEN / "data" / name, "drop")
    assert main(["apply", "plant.toml"]) == 0
    if name not in {"cut-off.csv", "open-quote.csv"}:  # their last line lies behind what a check reads
        assert main(["check", "--source", "files"]) == 1
    assert main(["ingest"]) == 0
    with open_store(Settings(home=home)) as store:
        assert store.journal.quarantine.list(state=None)[0].message == message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("50.5 kN", "e.g. force '50.5 kN' (not_a_number) - let the source write the number alone; not one value"),
        ('"50,5"', "e.g. force '50,5' (not_a_number) - set decimal = \",\" in [sources.files]; not one value"),
        ('"1,234.5"', "without a sign between thousands; not one value of force is good"),
        ("#DIV/0!", "e.g. force '#DIV/0!' (not_a_number); not one value of force is good"),
    ],
)
def test_a_check_shows_the_first_value_that_is_none(home, capsys, value, words):
    assert home
    Path("drop/a.csv").write_text(f"unit_id,time,force,width\nC0,2026-03-01T08:00:00,{value},9\n")
    assert main(["apply", "plant.toml"]) == 0
    capsys.readouterr()
    assert main(["check", "--source", "files"]) == 1
    assert words in " ".join(capsys.readouterr().out.split())


def test_words_among_the_numbers_are_told_and_the_row_is_kept(home, capsys):
    shutil.copy(BROKEN / "data" / "words-for-numbers.csv", "drop")
    assert main(["apply", "plant.toml"]) == 0
    assert main(["ingest"]) == 0
    assert "3 new, 0 revisions, 0 duplicates, 0 quarantined; 2 rows have values that are bad" in " ".join(
        capsys.readouterr().out.split()
    )
