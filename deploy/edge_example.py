"""Run an exported model where only onnxruntime and numpy are installed: one line a unit.

python edge_example.py MODEL.json ROWS.csv

ROWS.csv has a heading with the parameters' names (others are left alone; an empty cell is a missing value) and, if the
model asks for times, perhaps a column "time" (ISO 8601 with zone, or seconds since 1970; empty: the newest known).
"""

import csv
import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import onnxruntime


def number(cell: str) -> float:
    """Return a cell as a number, an empty one as missing."""
    return float(cell) if cell.strip() else float("nan")


def seconds(cell: str) -> float:
    """Return a time in seconds since 1970."""
    return datetime.fromisoformat(cell).timestamp() if ":" in cell else number(cell)


def main(manifest: str, rows: str) -> None:
    """Print what the model says of each row."""
    about = json.loads(Path(manifest).read_text(encoding="utf-8"))
    model = (Path(manifest).parent / about["file"]["name"]).read_bytes()
    if hashlib.sha256(model).hexdigest() != about["file"]["sha256"]:
        sys.exit(f"{about['file']['name']} is not the file that was exported - copy it again")
    with Path(rows).open(newline="", encoding="utf-8-sig") as file:
        units = list(csv.DictReader(file))
    names = [column["name"] for column in about["columns"]]
    absent = [name for name in names if units and name not in units[0]]
    if absent:
        sys.exit(f"{rows} has no column {', '.join(absent)} (has: {', '.join(units[0])})")
    given = {"parameters": np.array([[number(u[n]) for n in names] for u in units]).reshape(-1, len(names))}
    if "time" in about["inputs"]:
        given["time"] = np.array([seconds(u.get("time") or "") for u in units], dtype=float)
    answer = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, given)
    for value, lower, upper, anomaly, inside in zip(*answer, strict=True):
        flag = "" if inside else "  OUTSIDE THE DOMAIN: do not rely on it"
        interval = f"{about['level']:.0%} interval {lower:.6g} to {upper:.6g}"
        print(f"{about['characteristic']} {value:.6g} {about['unit']}  {interval}  anomaly {anomaly:.2f}{flag}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
