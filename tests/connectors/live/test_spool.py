"""The spool: durable before it returns, bounded, recovered when torn, read by many, and never ahead of a power cut."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors.base import Gap, Reject
from data_connectors.errors import SourceUnavailable, SpoolFull
from data_connectors.live import Record, Sample, Spool, Standing
from data_connectors.live.spool import Place, forget, kept_since, resumed, segments
from data_connectors.live.spool.coding import framed, frames
from tests.connectors.live.told import NOON, at, record, sample


def tags(folder: Path, place: Place | None = None) -> list[str]:
    return [s.tag for kept, _, _ in kept_since(folder, place or Place()) for s in kept.heard if isinstance(s, Sample)]


def end(folder: Path) -> Place:
    return [after for _, _, after in kept_since(folder, Place())][-1]


moments = st.datetimes(min_value=NOON.replace(tzinfo=None, year=1970)).map(lambda t: t.replace(tzinfo=NOON.tzinfo))
cells = st.none() | st.booleans() | st.text(max_size=20) | st.floats(allow_nan=False)
samples = st.builds(
    Sample, st.text(max_size=20), cells, st.none() | moments, st.none() | moments, moments,
    st.sampled_from(["good", "uncertain", "bad"]), st.text(max_size=9),
)  # fmt: skip
records = st.builds(Record, st.dictionaries(st.text(max_size=9), cells, max_size=4), st.none(), st.none(), moments)
rejects = st.builds(Reject, st.text(max_size=9), st.integers(0, 9), st.text(), st.just("odd"), st.text())
gaps = st.builds(Gap, moments, moments, st.just("disconnected"), st.text())


@given(st.lists(samples | records | rejects, max_size=9), st.lists(gaps, max_size=2), st.text(max_size=9))
@settings(max_examples=60, deadline=None)
def test_what_is_kept_comes_back_as_it_was(heard: list[Sample], told: list[Gap], mark: str) -> None:
    ((kept, end),) = frames(data := framed(heard, told, mark))
    assert (list(kept.heard), list(kept.gaps), kept.mark, end) == (heard, told, mark, len(data))


@given(st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_torn_frame_is_never_taken_for_a_whole_one(cut: int) -> None:
    data = framed([sample("speed", 1.0, 0)]) + framed([sample("speed", 2.0, 1), record(1, a="x")])
    found = [s.value for kept, _ in frames(data[:cut]) for s in kept.heard if isinstance(s, Sample)]
    assert found in ([], [1.0], [1.0, 2.0])
    assert (found == [1.0, 2.0]) == (cut >= len(data))


def test_a_new_writer_goes_on_after_a_torn_tail_and_knows_the_mark(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.keep([sample("a", 1, 0)], mark="7")
    (number,) = segments.numbers(tmp_path)
    with segments.path_of(tmp_path, number).open("ab") as file:
        file.write(framed([sample("torn", 1, 0)], mark="8")[:-3])
    with Spool(tmp_path) as spool:
        assert spool.mark == "7"
        spool.keep([sample("b", 1, 0)])
    assert tags(tmp_path) == ["a", "b"]


def test_the_mark_outlives_the_segments_it_was_kept_in(tmp_path: Path) -> None:
    with Spool(tmp_path, segment_bytes=1) as spool:
        spool.keep([sample("a", 1, 0)], mark="7")
        spool.keep([sample("b", 1, 0)])
    forget(tmp_path, end(tmp_path))
    assert len(segments.numbers(tmp_path)) == 1
    with Spool(tmp_path) as again:
        assert again.mark == "7"


def test_every_return_is_after_a_forced_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    write, fsync = os.write, os.fsync
    monkeypatch.setattr(os, "write", lambda h, d: order.append("write") or write(h, d))
    monkeypatch.setattr(os, "fsync", lambda h: order.append("fsync") or fsync(h))
    with Spool(tmp_path) as spool:
        for i in range(3):
            order.clear()
            spool.keep([sample("a", i, i)] * 2_500)
            assert order[-1] == "fsync"
            assert "write" in order


def test_a_reader_forces_what_it_reads_to_the_disk_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Spool(tmp_path) as spool:
        spool.keep([sample("a", 1, 0)])
        forced: list[int] = []
        monkeypatch.setattr(os, "fsync", forced.append)
        assert tags(tmp_path) == ["a"]
        assert forced


def test_at_the_limit_nothing_is_kept_until_the_store_has_some(tmp_path: Path) -> None:
    one = [sample("a", 1, 0)] * 100
    with Spool(tmp_path, limit_bytes=30_000, segment_bytes=5_000) as spool:
        for _ in range(5):
            spool.keep(one)
        with pytest.raises(SpoolFull, match="it goes on when the store has taken some"):
            spool.keep(one)
        held = len(tags(tmp_path))
        assert segments.size(tmp_path) <= 30_000
        assert held == 500
        forget(tmp_path, end(tmp_path))
        spool.keep(one)
        assert spool.standing.kept == held + 100


def test_a_full_disk_is_a_full_spool_and_leaves_no_half_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Spool(tmp_path) as spool:
        spool.keep([sample("a", 1, 0)])
        write = os.write

        def half(handle: int, data: bytes) -> int:
            if len(data) < 20:
                raise OSError(28, "No space left on device")
            return write(handle, data[: len(data) - 10])

        with monkeypatch.context() as patched:
            patched.setattr(os, "write", half)
            with pytest.raises(SpoolFull, match=r"the disk of spool .* is full - free some space"):
                spool.keep([sample("b", 1, 0)])
        spool.keep([sample("c", 1, 0)])
    assert tags(tmp_path) == ["a", "c"]


def test_after_a_failed_fsync_the_file_is_never_trusted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int) -> None:
        raise OSError(5, "Input/output error")

    with Spool(tmp_path) as spool:
        spool.keep([sample("a", 1, 0)])
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", refuse)
            with pytest.raises(SourceUnavailable, match="cannot be written: Input/output error"):
                spool.keep([sample("b", 1, 0)])
        spool.keep([sample("c", 1, 0)])
    assert tags(tmp_path) == ["a", "c"]
    assert len(segments.numbers(tmp_path)) == 2


def test_one_writer_alone(tmp_path: Path) -> None:
    with Spool(tmp_path), pytest.raises(SourceUnavailable, match=r"another process writes to spool .* - stop it first"):
        Spool(tmp_path)


def test_many_threads_keep_and_a_reader_reads_beside_them(tmp_path: Path) -> None:
    with Spool(tmp_path, segment_bytes=2_000) as spool:

        def tell(name: int) -> None:
            for i in range(20):
                spool.keep([sample(f"{name}-{i}", 1, i)])

        threads = [threading.Thread(target=tell, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        seen, place = [], Place()
        while any(t.is_alive() for t in threads) or place < end(tmp_path):
            for kept, _, after in list(kept_since(tmp_path, place)):
                seen += [s.tag for s in kept.heard if isinstance(s, Sample)]
                place = after
    assert sorted(seen) == sorted(f"{n}-{i}" for n in range(4) for i in range(20))


def test_damage_in_a_closed_segment_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    with Spool(tmp_path, segment_bytes=1) as spool:
        for name in "abc":
            spool.keep([sample(name, 1, 0)])
    path = segments.path_of(tmp_path, segments.numbers(tmp_path)[1])
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(bytes(data))
    assert tags(tmp_path) == ["a", "c"]
    (refused,) = [r for kept, _, _ in kept_since(tmp_path, Place()) for r in kept.heard if isinstance(r, Reject)]
    assert refused.reason == "spool_damaged"
    assert "check the disk" in refused.message


def test_a_spool_that_was_emptied_or_put_back_is_a_gap(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.keep([sample("a", 1, 0)])
    place = end(tmp_path)
    assert resumed(tmp_path, place) == (place, None)
    path = segments.path_of(tmp_path, place.segment)
    path.write_bytes(path.read_bytes()[:-2])
    again, gap = resumed(tmp_path, place)
    assert again == Place(place.segment)
    assert gap is not None
    assert gap.cause == "spool_lost"
    path.unlink()
    assert resumed(tmp_path, place) == (place, None)
    with Spool(tmp_path) as spool:
        spool.keep([sample("b", 1, 0)])
    again, gap = resumed(tmp_path, place)
    assert tags(tmp_path, again) == ["b"]
    assert gap is not None
    assert gap.since < gap.until


def test_standing_counts_on_over_restarts_and_survives_nonsense(tmp_path: Path) -> None:
    for _ in range(2):
        with Spool(tmp_path) as spool:
            spool.tell("connected")
            spool.keep([sample("a", 1, 30), Reject("t", 0, "x", "odd", "odd")])
            spool.dropped(3, "queue_full")
    found = Standing.read(tmp_path)
    assert (found.kept, found.refused, found.dropped, found.connects) == (4, 2, {"queue_full": 6}, 2)
    assert (found.link, found.last_value) == ("stopped", at(30).isoformat())
    (tmp_path / "standing.json").write_text("{nonsense")
    assert Standing.read(tmp_path).kept == 0
