"""The checkpoint of a folder that is never emptied: bounded, and yet no version of a file is passed over."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_connectors import make_connector
from data_connectors.file_folder import settled
from data_connectors.file_folder.listing import Found
from data_connectors.file_folder.progress import DONE, HELD, Entry, Progress
from data_connectors.file_folder.settled import Ledger
from data_connectors.schema import Parameter, Source, Stage
from tests.connectors.test_file_folder import HEAD, read, row, source_on

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp", "degC"), Parameter("speed", "m/s")), ())


def found(n: int, size: int = 100) -> Found:
    return Found(f"shift-{n:06d}.csv", size, 1_700_000_000_000_000_000 + n * 60_000_000_000, 0, n)


def entry(one: Found, place: int = DONE) -> Entry:
    return Entry(one.size, one.mtime_ns, "d", place, 3)


def read_on(text: str | None, there: list[Found], description: str = "d") -> tuple[list[str], str]:
    """Read a folder as the connector does; return which files were read, and the checkpoint."""
    ledger, read_now = Ledger(Progress.parse(text), there, description), []
    for n, one in enumerate(there):
        known = ledger.entry(n)
        if not ledger.covers(n) and not (known and known.same(one.size, one.mtime_ns)):
            read_now.append(one.name)
            ledger.note(n, entry(one))
    return read_now, ledger.text()


@pytest.mark.slow
def test_ten_thousand_files_and_a_hundred_thousand_take_the_same_room():
    sizes = {}
    for files in (1_000, 10_000, 100_000):
        there = [found(n) for n in range(files)]
        names, text = read_on(None, there)
        assert len(names) == files
        assert read_on(text, there)[0] == [], "all of it is done"
        sizes[files] = len(text)
    assert sizes[100_000] < 1.1 * sizes[10_000] < 50_000


def test_an_old_checkpoint_is_read_and_shrinks_at_the_next_file():
    there = [found(n) for n in range(10_000)]
    old = json.dumps({"files": {f.name: [f.size, f.mtime_ns, "d", DONE, 3] for f in there}})
    names, text = read_on(old, [*there, found(10_000)])
    assert names == ["shift-010000.csv"]
    assert len(text) < len(old) / 10
    assert read_on(text, [*there, found(10_000)])[0] == []


def test_what_came_late_was_rewritten_or_is_gone_costs_one_stretch_and_no_more():
    there = [found(n) for n in range(2_000)]
    text = read_on(None, there)[1]
    rewritten = [found(n) if n != 500 else found(5_000) for n in range(2_000)]
    late = sorted([*there, Found("late.csv", 7, found(700).mtime_ns + 1, 0, 1)], key=lambda f: (f.mtime_ns, f.name))
    for changed, must in ((rewritten, "shift-005000.csv"), (late, "late.csv"), (there[1:], "")):
        changed.sort(key=lambda f: (f.mtime_ns, f.name))
        names, after = read_on(text, changed)
        assert must in names or not must
        assert len(names) <= settled.STRETCH + 1
        assert read_on(after, changed)[0] == []
    assert read_on(text, there[1_000:])[0] == [] or len(read_on(text, there[1_000:])[0]) <= settled.STRETCH


def test_old_files_that_could_not_be_read_are_tried_again_under_another_description():
    there = [found(n) for n in range(1_000)]
    ledger = Ledger(Progress(), there, "d")
    for n, one in enumerate(there):
        ledger.note(n, entry(one, HELD if n == 100 else DONE))
    text = ledger.text()
    assert read_on(text, there)[0] == []
    again = read_on(text, there, "another")[0]
    assert there[100].name in again
    assert len(again) <= settled.STRETCH


def test_a_file_that_is_not_complete_yet_is_in_no_stretch():
    there = [found(n) for n in range(1_000)]
    ledger = Ledger(Progress(), there, "d")
    for n, one in enumerate(there):
        if n != 300:
            ledger.note(n, entry(one))
    assert read_on(ledger.text(), there)[0] == [there[300].name]


@pytest.fixture
def _small(monkeypatch):
    monkeypatch.setattr(settled, "RECENT", 2)
    monkeypatch.setattr(settled, "STRETCH", 4)
    monkeypatch.setattr(settled, "FEWEST", 2)
    monkeypatch.setattr(settled, "MOST", 3)


DEEDS = st.lists(
    st.tuples(st.sampled_from(["add", "late", "rewrite", "delete", "read"]), st.integers(0, 30)), max_size=40
)


@pytest.mark.usefixtures("_small")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEEDS)
def test_over_any_history_every_version_is_read_and_a_second_look_finds_nothing(deeds):
    there: dict[str, Found] = {}
    seen: set[tuple[str, int, int]] = set()
    text, clock = None, 100
    for deed, n in [*deeds, ("read", 0)]:
        clock += 1
        names = sorted(there)
        if deed == "add":
            there[f"{clock}.csv"] = found(clock)
        elif deed == "late":
            there[f"l{clock}.csv"] = Found(f"l{clock}.csv", 9, found(100 + n).mtime_ns, 0, clock)
        elif names and deed == "rewrite":
            name = names[n % len(names)]
            there[name] = Found(name, 50 + n, found(clock).mtime_ns, 0, clock)
        elif names and deed == "delete":
            del there[names[n % len(names)]]
        elif deed == "read":
            listing = sorted((Found(k, f.size, f.mtime_ns, 0, 0) for k, f in there.items()),
                             key=lambda f: (f.mtime_ns, f.name))  # fmt: skip
            read_now, text = read_on(text, listing)
            seen |= {(f.name, f.size, f.mtime_ns) for f in listing if f.name in set(read_now)}
            assert {(f.name, f.size, f.mtime_ns) for f in listing} <= seen
            assert read_on(text, listing)[0] == []


@pytest.mark.usefixtures("_small")
def test_the_folder_itself_delivers_each_version_once(tmp_path: Path):
    for n in range(12):
        (tmp_path / f"{n:02d}.csv").write_text(HEAD + row(n))
        os.utime(tmp_path / f"{n:02d}.csv", ns=(n * 10**9, n * 10**9))
    source = source_on(tmp_path)
    batches = read(source)
    assert len(batches) == 12
    after = batches[-1].after
    assert len(Progress.parse(after).stretches) == 2
    assert len(Progress.parse(after).files) <= 6
    assert read(source, after) == []
    (tmp_path / "03.csv").write_text(HEAD + row(3, 999))
    again = read(source, after)
    assert "03.csv" in [batch.origin for batch in again]
    assert read(source, again[-1].after) == []
    wrong = Source("files", "file_folder", "rolling-2", settings=source.settings)
    assert list(make_connector(wrong, lambda: NOW).read(STAGE, again[-1].after)) == []


@pytest.mark.parametrize(
    "more", [-1, 0, 1, settled.FEWEST - 1, settled.FEWEST, settled.FEWEST + 1, settled.STRETCH + 1]
)
def test_around_the_size_of_a_stretch_nothing_is_passed_over_or_read_twice(more):
    """Too few finished files for a stretch stand by their names, however often they are looked at."""
    there = [found(n) for n in range(settled.RECENT + more)]
    text: str | None = None
    for n in range(1, len(there) + 1):  # one file more at each look, as a day brings them
        read_now, text = read_on(text, there[:n])
        assert read_now == [there[n - 1].name]
        assert read_on(text, there[:n])[0] == []
    assert text is not None
    assert len(Progress.parse(text).files) < settled.RECENT + settled.STRETCH + settled.FEWEST
    there[0] = Found(there[0].name, 101, found(len(there)).mtime_ns, 0, 0)
    there.sort(key=lambda one: (one.mtime_ns, one.name))
    read_now, text = read_on(text, there)
    assert there[-1].name in read_now
    assert read_on(text, there)[0] == []
