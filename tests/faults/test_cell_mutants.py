"""F12, F13, F24, F25, F27, F28: readers as people write them at first, each found out by the test of its cell.

A cell's test that passes whatever the reader does proves nothing. Here the reader is replaced by one that does what the
cell warns of, the very same test runs, and must fail.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from data_connectors.file_folder import connector as folder_connector
from data_connectors.file_folder import csv_text
from data_connectors.rows import conform as conforming
from data_connectors.rows import values
from data_connectors.rows.values import NOTES, Reading, Values
from data_connectors.schema import names, sources, stages
from qc_app.jobs.sources import columns
from tests.connectors import test_file_folder as files
from tests.faults import test_delivered_files as cells
from tests.faults.test_delivered_files import Folder
from tests.faults.test_delivered_files import folder as folder  # noqa: PLC0414 - a fixture

Mutate = Callable[[pytest.MonkeyPatch], None]


def _numbers_of(text: Callable[[pl.Expr], pl.Expr]) -> Callable[..., list[Values]]:
    def numbers(frame: pl.DataFrame, readings: list[Reading], decimal: str) -> list[Values]:
        found = [frame.select(text(pl.col(r.column).cast(pl.String)).cast(pl.Float64, strict=False).alias(r.name))
                 for r in readings]  # fmt: skip
        return [Values(one.to_series(), pl.DataFrame(schema=NOTES)) for one in found]

    return numbers


def numbers_as_the_library_reads_them(patch: pytest.MonkeyPatch) -> None:
    """``1e400`` is infinity, and nothing says why a cell is empty."""
    patch.setattr(conforming, "numbers", _numbers_of(lambda text: text))


def a_comma_is_taken_for_a_point(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conforming, "numbers", _numbers_of(lambda text: text.str.replace(",", ".", literal=True)))


def names_as_they_come(patch: pytest.MonkeyPatch) -> None:
    for room in (stages, sources):
        patch.setattr(room, "checked_name", lambda name, _what: name)


def names_without_invisible_signs_dropped(patch: pytest.MonkeyPatch) -> None:
    """What cannot be seen is thrown away in silence: two names become one."""
    for room in (stages, sources):
        patch.setattr(
            room, "checked_name", lambda name, _what: "".join(c for c in name if c.isprintable())[:200].strip()
        )


def every_column_is_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(columns, "MOST_EXTRAS", 1_000_000)


def ids_are_read_as_numbers(patch: pytest.MonkeyPatch) -> None:
    real = conforming.unit_ids

    def inferred(raw: pl.Series) -> pl.DataFrame:
        number = raw.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)
        return real(raw).with_columns(unit_id=pl.coalesce(number.cast(pl.String), pl.col("unit_id")))

    patch.setattr(conforming, "unit_ids", inferred)


def of_a_contradiction_the_last_is_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conforming, "_contradictions", lambda _rows, reason, *_: reason)


def an_error_of_one_file_ends_the_folder(patch: pytest.MonkeyPatch) -> None:
    real = folder_connector.READERS["csv"]

    def careless(*given: object) -> Iterator[object]:
        try:
            yield from real(*given)  # type: ignore[arg-type]
        except folder_connector.Unreadable as error:
            raise RuntimeError(str(error)) from error

    patch.setitem(folder_connector.READERS, "csv", careless)  # type: ignore[arg-type]


def odd_lines_are_dropped(patch: pytest.MonkeyPatch) -> None:
    real = csv_text._split
    patch.setattr(csv_text, "_split", lambda *given: (real(*given)[0], []))


def links_are_followed(patch: pytest.MonkeyPatch) -> None:
    from data_connectors.file_folder import listing

    def trusting(entries: object, options: object) -> Iterator[listing.Found]:
        for path in sorted(options.path.iterdir()):  # type: ignore[attr-defined]
            if path.is_file() and path.resolve() != Path("/dev/zero") and path.suffix == ".csv":
                told = path.stat()
                yield listing.Found(path.name, told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino)

    patch.setattr(listing, "_regular", trusting)
    for room in (listing, folder_connector):
        patch.setattr(room, "opened", lambda where, name: os.open(where / name, os.O_RDONLY))
    patch.setattr(folder_connector.FileFolder, "_still", lambda *_: True)


def linked(folder: Folder) -> None:
    """F13: a link that leads out of the folder is never read."""
    outside = folder.path.parent / "outside.csv"
    outside.write_text(folder.text(("secret", 1.0)))
    folder.age(outside, 120)
    (folder.path / "link.csv").symlink_to(outside)
    folder.put("zz.csv", folder.text(*cells.RECORDS))
    folder.read()
    assert "secret" not in dict(folder.stored())
    assert folder.held() == []


OF_A_FOLDER: list[tuple[str, Mutate, Callable[[Folder], None]]] = [
    ("F13", an_error_of_one_file_ends_the_folder,
     lambda folder: cells.test_spoilt_files_are_loaded_or_held_and_the_next_file_is_read(folder, 40)),
    ("F13", links_are_followed, linked),
    ("F24", numbers_as_the_library_reads_them, cells.test_no_cell_becomes_a_number_that_it_is_not),
    ("F24", a_comma_is_taken_for_a_point, cells.test_no_cell_becomes_a_number_that_it_is_not),
    ("F27", every_column_is_kept,
     lambda folder: cells.test_thousands_of_undeclared_columns_make_no_wide_table(folder, 1_500)),
    ("F28", ids_are_read_as_numbers, cells.test_ids_are_text_and_one_id_again_is_a_revision_or_a_conflict),
    ("F28", of_a_contradiction_the_last_is_kept, cells.test_ids_are_text_and_one_id_again_is_a_revision_or_a_conflict),
]  # fmt: skip
OF_NAMES: list[tuple[str, Mutate, Callable[[], None]]] = [
    ("F25", names_as_they_come, cells.test_twins_by_unicode_are_one_name_and_refused_twice),
    ("F25", names_without_invisible_signs_dropped,
     lambda: cells.test_names_that_look_like_others_are_refused("a\u200bb")),
    ("F25", names_as_they_come, lambda: cells.test_names_that_look_like_others_are_refused("a\u202eb")),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "mutate", "check"), OF_A_FOLDER, ids=lambda x: x if isinstance(x, str) else "")
def test_a_reader_that_does_what_the_cell_warns_of_is_found_out(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, cell: str, mutate: Mutate, check: Callable[[Folder], None]
) -> None:
    mutate(monkeypatch)
    with pytest.raises((AssertionError, pl.exceptions.PolarsError)):
        check(folder)
    assert cell


def test_the_link_that_leads_out_is_no_fault_of_the_true_reader(folder: Folder) -> None:
    linked(folder)


@pytest.mark.parametrize(("cell", "mutate", "check"), OF_NAMES, ids=lambda x: x if isinstance(x, str) else "")
def test_names_taken_as_they_come_are_found_out(
    monkeypatch: pytest.MonkeyPatch, cell: str, mutate: Mutate, check: Callable[[], None]
) -> None:
    mutate(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check()
    assert cell


def test_a_reader_that_drops_odd_lines_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd_lines_are_dropped(monkeypatch)
    with pytest.raises(AssertionError):
        files.test_bad_lines_are_rejected_alone(tmp_path)


def test_the_parsers_are_called_by_the_names_that_are_replaced_here() -> None:
    assert conforming.numbers is values.numbers
    assert stages.checked_name is sources.checked_name is names.checked_name
