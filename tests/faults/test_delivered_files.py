"""F12, F13, F24, F25, F27, F28 from the folder to the store: files as machines and people really leave them."""

from __future__ import annotations

import math
import os
import random
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_connectors.errors import DefinitionError
from data_connectors.file_folder import connector as folder_connector
from data_connectors.schema import Parameter, Source, Stage
from qc_app.jobs.sources.ingest import ingest
from qc_app.plant import Plant
from qc_app.store import Store, conservation
from tests.connectors.test_fuzz import MUTATIONS
from tests.faults.ledger import Ledger, faults_of
from tests.scripted import NOW, home_of

STAGE = Stage("press", "A", "press", (Parameter("force", "kN", low=-1e6, high=1e6),), ())
SETTLE = 60.0
NONE = {"lost": 0, "phantom": 0, "dup": 0, "torn": 0}
Record = tuple[str, float]


class Folder:
    """A drop folder, the plant that reads it, and a ledger; times of files are set, nothing waits."""

    def __init__(self, path: Path, store: Store, **more: object) -> None:
        self.path, self.store = path / "drop", store
        self.path.mkdir()
        self.ledger = Ledger(path / "ledger")
        source = {"path": str(self.path), "settle_s": SETTLE}
        given_ = {k: v for k, v in more.items() if k in {"decimal", "zone"}}
        self.source = Source("files", "file_folder", "press", settings=source, **given_)
        self.plant = Plant("Works", stages=(STAGE,), sources=(self.source,))
        self.wall = 1_000_000.0

    def text(self, *records: Record) -> str:
        self.ledger.offer(records)
        at = (NOW - timedelta(hours=9)).isoformat()
        return "unit_id,time,force\n" + "".join(f"{u},{at},{v!r}\n" for u, v in records)

    def put(self, name: str, content: str | bytes, age: float = 2 * SETTLE) -> Path:
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.age(path, age)
        return path

    def age(self, path: Path, seconds: float) -> None:
        os.utime(path, (self.wall - seconds, self.wall - seconds))

    def read(self, seconds: float = 10 * SETTLE) -> None:
        """Let time go by and read."""
        self.wall += seconds
        self.store.clock.moment += timedelta(minutes=5)
        ingest(self.store, self.plant)

    def stored(self) -> list[Record]:
        return self.store.lake.measurements("press", columns=["unit_id", "force"], revisions=True).rows()

    def held(self) -> list[str]:
        return [p.reason for p in self.store.journal.quarantine.list()]

    def faults(self) -> dict[str, int]:
        unbalanced = conservation.of_source(self.store, "press", "files", "measurements")
        assert unbalanced == []
        return faults_of(self.ledger, self.stored())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    with home_of(tmp_path / "home") as store:
        made = Folder(tmp_path, store)
        # the connector's own clock is that of the file system: here it goes as the test says
        patched = folder_connector.FileFolder.__init__

        def on_our_clock(self, source, now):
            patched(self, source, now, wall_s=lambda: made.wall)

        monkeypatch.setattr(folder_connector.FileFolder, "__init__", on_our_clock)
        yield made


RECORDS = [(f"u{n}", n + 0.125) for n in range(40)]


def halves(text: str, share: float = 0.6) -> tuple[str, str]:
    cut = int(len(text) * share)
    return text[:cut], text[cut:]


def written_slowly(folder: Folder) -> None:
    first, rest = halves(folder.text(*RECORDS))
    path = folder.put("a.csv", first, age=1)
    folder.read(4)
    path.write_text(first + rest)


def renamed_into_place(folder: Folder) -> None:
    first, rest = halves(folder.text(*RECORDS))
    path = folder.put("a.csv.tmp", first)
    folder.read()
    path.write_text(first + rest)
    path.rename(folder.path / "a.csv")


def copied_over_a_network(folder: Folder) -> None:
    """The size grows, and each part ends in the middle of a line, even after a long pause."""
    text = folder.text(*RECORDS)
    for share in (0.2, 0.5, 0.8):
        folder.put("a.csv", halves(text, share)[0].rstrip("\n"))
        folder.read(3 * SETTLE)
    folder.put("a.csv", text)


def rewritten_in_place(folder: Folder) -> None:
    folder.put("a.csv", folder.text(*RECORDS[:20]))
    folder.read()
    folder.put("a.csv", folder.text(*RECORDS[:20]) + folder.text(*RECORDS[20:]).partition("\n")[2])


def replaced_while_open(folder: Folder) -> None:
    folder.put("a.csv", folder.text(*RECORDS[:20]))
    aside = folder.put("b.csv.part", folder.text(*RECORDS))
    aside.rename(folder.path / "a.csv")


WAYS = [written_slowly, renamed_into_place, copied_over_a_network, rewritten_in_place, replaced_while_open]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_half_written_file_is_never_half_read(folder: Folder, way) -> None:
    way(folder)
    folder.age(folder.path / "a.csv", 0)
    folder.read()
    folder.ledger.ack(RECORDS)
    assert folder.faults() == NONE
    assert sorted(folder.stored()) == sorted(RECORDS), "revisions none, duplicates none"


def test_a_reader_that_believes_every_file_is_found_out(folder: Folder, monkeypatch) -> None:
    """The mutant: a file is read as soon as it is seen; its last value is cut off, and stored."""
    monkeypatch.setattr(folder_connector, "unfinished", lambda *_: None)
    text = folder.text(*RECORDS)
    folder.put("a.csv", text[: text.index("u30,") + len("u30,2026-02-28T21:00:00+00:00,30.1")])
    folder.read()
    assert folder.faults()["torn"] == 1


def good() -> bytes:
    at = (NOW - timedelta(hours=9)).isoformat()
    return ("unit_id,time,force\n" + "".join(f"g{n},{at},{n}.5\n" for n in range(20))).encode()


@pytest.mark.parametrize("mutants", [40, pytest.param(500, marks=pytest.mark.slow)])
def test_spoilt_files_are_loaded_or_held_and_the_next_file_is_read(folder: Folder, mutants: int) -> None:
    rng = random.Random(f"F13 {mutants}")
    for number in range(mutants):
        folder.put(f"m{number:03}.csv", rng.choice(MUTATIONS)(bytearray(good()), rng))
    folder.put("zz.csv", folder.text(*RECORDS))
    folder.read()
    folder.ledger.ack(RECORDS)
    counts = folder.store.lake.counts("press", "files")
    assert conservation.of_source(folder.store, "press", "files", "measurements") == []
    assert faults_of(folder.ledger, folder.stored())["lost"] == 0
    assert counts.received > 40
    values = [v for _, v in folder.stored() if v is not None]
    assert all(math.isfinite(v) for v in values)
    assert len(list(folder.path.iterdir())) == mutants + 1, "nothing is moved or deleted"


def test_what_is_no_file_of_data_blocks_nothing(folder: Folder) -> None:
    os.mkfifo(folder.path / "pipe.csv")
    (folder.path / "dir.csv").mkdir()
    (folder.path / "link.csv").symlink_to("/etc/passwd")
    (folder.path / "null.csv").symlink_to("/dev/zero")
    folder.put("bad\nname.csv", folder.text(("n", 1.0)))
    folder.put("empty.csv", b"")
    folder.put("zz.csv", folder.text(*RECORDS))
    folder.read()
    folder.ledger.ack([*RECORDS, ("n", 1.0)])
    assert folder.faults() == NONE


def quarantine_that_forgets(*_: object) -> int:
    return 0


def test_a_quarantine_that_keeps_nothing_is_found_out(folder: Folder, monkeypatch) -> None:
    from qc_app.jobs.sources import ingest as reading

    monkeypatch.setattr(reading, "hold", quarantine_that_forgets)
    folder.put("a.csv", "unit_id,time,force\n,2026-02-28T06:00:00Z,1\n")
    folder.read()
    found = conservation.of_source(folder.store, "press", "files", "measurements")
    assert found == ["1 records counted as quarantined, 0 are in quarantine"]


CELLS = {
    "NaN": None, "inf": None, "-Infinity": None, "1e400": None, "-0.0": 0.0, "5e-324": 5e-324, "1e308": None,
    "9223372036854775808": None, "1,5": None, "−": None, "N/A": None, "#DIV/0!": None, "true": None, "12.5": 12.5,
}  # fmt: skip


def test_no_cell_becomes_a_number_that_it_is_not(folder: Folder) -> None:
    at = (NOW - timedelta(hours=9)).isoformat()
    rows = pl.DataFrame([(f"c{n}", at, cell) for n, cell in enumerate(CELLS)], schema=["unit_id", "time", "force"],
                        orient="row")  # fmt: skip
    folder.put("a.csv", rows.write_csv())
    folder.read()
    stored = dict(folder.stored())
    assert {cell: stored[f"c{n}"] for n, cell in enumerate(CELLS)} == CELLS
    quality = folder.store.lake.measurements("press", columns=["unit_id", "quality"])
    said = {u: q for u, q in quality.rows() if q is not None}
    assert set(said) == {f"c{n}" for n, value in enumerate(CELLS.values()) if value is None}, "each with its reason"


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=220))
def test_a_name_is_kept_in_one_form_or_refused_with_an_explanation(name: str) -> None:
    try:
        kept, said = Parameter(name).name, ""
    except DefinitionError as error:
        kept, said = "", str(error)
    if said:
        assert any(word in said for word in ("empty", "characters", "invisible", "reserved"))
        return
    assert kept == unicodedata.normalize("NFC", name)
    assert len(kept) <= 200
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in kept)


@pytest.mark.parametrize("name", ["a\u202eb", "a\u200bb", "x" * 10_000, "a\x00b", "a\ud800b", "\ufeff", " a"])
def test_names_that_look_like_others_are_refused(name: str) -> None:
    with pytest.raises(DefinitionError, match=r"characters|invisible|padded|empty"):
        Parameter(name)


def test_twins_by_unicode_are_one_name_and_refused_twice() -> None:
    with pytest.raises(DefinitionError, match="named twice"):
        Stage("s", "l", "f", (Parameter("Tempe\u0301rature"), Parameter("Temp\u00e9rature")), ())
    assert Parameter("İstanbul").name != Parameter("istanbul").name, "case is never folded"


@pytest.mark.parametrize("columns", [1_500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_thousands_of_undeclared_columns_make_no_wide_table(folder: Folder, columns: int) -> None:
    folder.put("a.csv", folder.text(("u0", 1.0)))
    folder.read()
    wide = pl.DataFrame({"unit_id": ["w"], "time": [(NOW - timedelta(hours=9)).isoformat()], "force": [2.0]})
    wide = wide.with_columns(pl.lit(1.0).alias(f"c{n:05}") for n in range(columns))
    folder.ledger.offer([("w", 2.0)])
    folder.put("b.csv", wide.write_csv())
    folder.read()
    folder.ledger.ack(folder.ledger.offered)
    assert folder.faults() == NONE
    assert len(folder.store.lake.measurements("press").columns) < 1000
    assert len(folder.store.journal.schemas.proposals()) == 200
    assert len(folder.store.journal.schemas.columns()) == columns + 1, "the others are on record"


def test_ids_are_text_and_one_id_again_is_a_revision_or_a_conflict(folder: Folder) -> None:
    at, later = (NOW - timedelta(hours=9)).isoformat(), (NOW - timedelta(hours=8)).isoformat()
    lines = [f"007,{at},1.0", f"7,{at},2.0", f"1e5,{at},3.0", f"007,{at},1.0", f"007,{at},9.0", f",{at},4.0"]
    folder.put("a.csv", "unit_id,time,force\n" + "\n".join(lines) + "\n")
    folder.put("b.csv", f"unit_id,time,force\n7,{later},5.0\n", age=1.5 * SETTLE)
    folder.read()
    assert sorted(folder.held()) == ["dup_conflict", "missing_unit"]
    newest = dict(folder.store.lake.measurements("press", columns=["unit_id", "force"]).rows())
    assert newest == {"007": 1.0, "7": 5.0, "1e5": 3.0}
    counts = folder.store.lake.counts("press", "files")
    assert (counts.new, counts.revisions, counts.duplicates, counts.quarantined) == (3, 1, 1, 2)


def test_two_sources_that_claim_one_id_are_both_kept_and_each_balances(folder: Folder) -> None:
    other = Source("other", "file_folder", "press", settings={"path": str(folder.path / "other"), "settle_s": 0})
    (folder.path / "other").mkdir()
    at = (NOW - timedelta(hours=9)).isoformat()
    (folder.path / "other" / "x.csv").write_text(f"unit_id,time,force\nu0,{at},77.0\n")
    folder.plant = Plant("Works", stages=(STAGE,), sources=(folder.source, other))
    folder.put("a.csv", folder.text(("u0", 1.0)))
    folder.read()
    every = folder.store.lake.measurements("press", columns=["unit_id", "source", "force"], revisions=True)
    assert sorted(every.rows()) == [("u0", "files", 1.0), ("u0", "other", 77.0)]
    for source in folder.plant.sources:
        assert conservation.of_source(folder.store, "press", source.name, "measurements") == []
