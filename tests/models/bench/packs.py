"""Small made-up packs for the tests of the yardstick."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl

from models.bench import Pack, load

COLUMNS = ["speed", "force", "heat"]


def write_pack(
    root: Path,
    name: str = "mill",
    *,
    stages: int = 6,
    rows: int = 160,
    kind: str = "regression",
    replicate: str | None = None,
    time: bool = True,
    shared_shots: bool = False,
) -> Path:
    """Write a pack whose value is a smooth function of the parameters plus an offset of the stage."""
    folder = root / name
    folder.mkdir(parents=True)
    rng = np.random.default_rng(3)
    frames = [_stage(i, rows, rng, kind, replicate, shared_shots) for i in range(stages)]
    frame = pl.concat(frames)
    frame.drop([] if time else ["time"]).sample(fraction=1.0, shuffle=True, seed=1).write_parquet(
        folder / "data.parquet"
    )
    about = {
        "name": name,
        "title": "made up",
        "kind": kind,
        "time_ordered": time,
        "replicate_column": replicate,
        "parameters": COLUMNS,
        "characteristics": [{"name": "value", "unit": "mm", "kind": "binary" if kind == "defect" else "continuous"}],
    }
    (folder / "dataset.json").write_text(json.dumps(about))
    return folder


def make_pack(root: Path, **given: object) -> Pack:
    return load(write_pack(root, **given))  # type: ignore[arg-type]


def _stage(i: int, rows: int, rng: np.random.Generator, kind: str, replicate: str | None, shared: bool) -> pl.DataFrame:
    x = rng.normal(size=(rows, len(COLUMNS)))
    y = 2 * x[:, 0] + np.sin(x[:, 1]) + 0.5 * i + 0.1 * rng.normal(size=rows)
    if kind == "defect":
        y = (y > np.quantile(y, 0.88)).astype(float)
    x[rng.random(x.shape) < 0.02] = np.nan
    frame = pl.DataFrame(x, schema=COLUMNS).with_columns(
        pl.lit(f"stand-{i}").alias("stage"),
        pl.Series("unit_id", [f"{i}-{j}" for j in range(rows)]),
        pl.Series("time", 1_700_000_000_000_000 + 60_000_000 * np.arange(rows)).cast(pl.Datetime("us")),
        pl.Series("value", y),
    )
    if replicate:
        start = (i // 2) * rows if shared else i * rows
        ids = start + np.arange(rows) // (1 if shared else 4)
        frame = frame.with_columns(pl.Series(replicate, ids))
    return frame
