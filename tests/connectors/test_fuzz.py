"""Mutants of good files: each loads or ends as a Reject with a reason, and the next file still loads."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data_connectors import conform, make_connector
from data_connectors.schema import Parameter, Source, Stage

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
STAGE = Stage("s", "l", "f", tuple(Parameter(n, low=-1e6, high=1e6) for n in ("a", "b", "c")), ())
MUTANTS = 75
FRAME = pl.DataFrame(
    {
        "unit_id": [f"U{i:03d}" for i in range(30)],
        "time": [f"2024-05-01T06:{i:02d}:00Z" for i in range(30)],
        "a": [i / 7 for i in range(30)],
        "b": [None if i % 5 == 0 else float(i) for i in range(30)],
        "c": [1e3 * i for i in range(30)],
    }
)


def flip(data: bytearray, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def put(pieces: list[bytes]) -> Callable[[bytearray, random.Random], bytes]:
    def mutate(data: bytearray, rng: random.Random) -> bytes:
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(data))
            data[at:at] = rng.choice(pieces)
        return bytes(data)

    return mutate


def shuffle(data: bytearray, rng: random.Random) -> bytes:
    cuts = sorted(rng.sample(range(1, len(data)), 3))
    first, second, third, last = (bytes(data[i:j]) for i, j in zip([0, *cuts], [*cuts, len(data)], strict=True))
    return first + third + second + last


MUTATIONS: list[Callable[[bytearray, random.Random], bytes]] = [
    flip,
    shuffle,
    lambda data, rng: bytes(data[: rng.randrange(len(data))]),
    lambda data, rng: bytes(data[rng.randrange(len(data)) :]),
    lambda data, rng: bytes(data) + bytes(data[rng.randrange(len(data)) :]),
    put([b"\0", b"\xff", b"\n", b"\r", b'"', b",", b"\xef\xbb\xbf", b"nan", b"1e400", b"\xe2\x88\x92", b"\n\n", b"}{"]),
    put([bytes([200]) * 50, b"A" * 5000, b"," * 30, b'"' * 3]),
]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("good")
    FRAME.write_csv(folder / "csv")
    FRAME.write_parquet(folder / "parquet")
    FRAME.write_ndjson(folder / "jsonl")
    book = openpyxl.Workbook()
    for line in (FRAME.columns, *FRAME.iter_rows()):
        book.active.append(line)
    book.save(folder / "xlsx")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "xlsx"])
def test_mutants_load_or_are_rejected_and_the_next_file_loads(
    tmp_path: Path, good: dict[str, bytes], ending: str
) -> None:
    rng = random.Random(f"{ending} 20240601")
    for number in range(MUTANTS):
        mutated = rng.choice(MUTATIONS)(bytearray(good[ending]), rng)
        path = tmp_path / f"m{number:03d}.{ending}"
        path.write_bytes(mutated)
        os.utime(path, (1000 + number, 1000 + number))
    (tmp_path / f"next.{ending}").write_bytes(good[ending])
    source = Source("files", "file_folder", "s", settings={"path": str(tmp_path), "settle_s": 0, "max_mb": 64})
    batches = list(make_connector(source, lambda: NOW).read(STAGE, None))
    handled = set()
    for batch in batches:
        made = conform(batch, STAGE, source, NOW)
        handled.add(batch.origin.split(" ")[0])
        assert made.received == made.rows.height + len(made.rejects)
        assert all(r.reason and " - " in r.message for r in made.rejects)
        values = made.rows.select("a", "b", "c")
        assert values.select((pl.all().is_finite() | pl.all().is_null()).all()).row(0) == (True,) * 3
    assert made.rows["a"].to_list() == pytest.approx(FRAME["a"].to_list()), "the next file loads in full"
    silent = {f"m{n:03d}.{ending}" for n in range(MUTANTS)} - handled
    for name in silent:  # only what truly holds no row may pass without a batch
        assert len((tmp_path / name).read_bytes().strip().splitlines()) <= 1, name
    assert set(json.loads(batches[-1].after)["files"]) >= handled
    assert list(make_connector(source, lambda: NOW).read(STAGE, batches[-1].after)) == []


def test_text_in_parquet_that_is_no_text_is_caught_before_it_can_crash(tmp_path: Path) -> None:
    names = [*FRAME.columns]
    table = FRAME.to_arrow()
    spoilt = pa.array([b"\xff\xfe"] * FRAME.height, pa.binary()).view(pa.string())
    columns = [spoilt, *(table[name] for name in names[1:])]
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), tmp_path / "a.parquet")
    os.utime(tmp_path / "a.parquet", (1000, 1000))
    foreign = pa.Table.from_arrays(table.columns, names=names).replace_schema_metadata({b"\xff": b"\xfe"})
    pq.write_table(foreign, tmp_path / "b.parquet")
    source = Source("files", "file_folder", "s", settings={"path": str(tmp_path), "settle_s": 0})
    bad, good = make_connector(source, lambda: NOW).read(STAGE, None)
    assert bad.rejects[0].reason == "bad_parquet"
    assert conform(good, STAGE, source, NOW).rows.height == FRAME.height
