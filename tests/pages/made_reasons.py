"""Explanations for the page tests: made by hand, true to the predictions they explain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from qc_app.records import Explanation
from qc_app.store import Store
from tests.pages.made_plants import NOW

USUAL = (870.0, 8.0, 21.0, 420.0, 120.0, 250.0)


def explained(store: Store, of, what, *, model: str = "", strange: bool = False, last: int = 3) -> None:
    """Explain the last units of a stage: two parameters carry most of it."""
    said = store.lake.predictions(of.id, characteristic=what.name, last=last)
    rng = np.random.default_rng(len(of.id))
    store.journal.explanations.put([_one(of, what, row, rng, model, strange) for row in said.iter_rows(named=True)])


def _one(of, what, row, rng, model, strange) -> Explanation:
    base, names = (what.lower + what.upper) / 2, [p.name for p in of.parameters]
    gap = row["mean"] - base
    share = np.array([0.55, 0.3, 0.1, 0.04, 0.02, -0.01])
    sd = rng.normal(0, 1, len(names)) + np.eye(len(names))[0] * 5 * strange
    parts = [
        {"name": n, "now": USUAL[i] * (1 + 0.01 * sd[i]), "usual": USUAL[i], "part": gap * share[i], "error": 0.002}
        | {"share": 0.8 if strange and i == 0 else 0.1, "sd": float(sd[i]), "beyond": 5.2 if i == 0 else 0.3}
        for i, n in enumerate(names)
    ]
    content = {key: row[key] for key in ("lower", "upper", "level", "in_domain", "tier")}
    content |= {"value": row["mean"], "anomaly": 0.998 if strange else 0.42, "base": base, "exact": False}
    content |= {"parts": parts, "rest": 0.0, "rest_parts": 0, "by": "plane", "weighted": True, "near_usual": 0.01}
    content |= {"near": _near(what, row), "moves": _moves(names, row)}
    content |= {"transfer": "transfer is on: 80 % from rolling-2, rolling-3; the rest from 30 labels of its own"}
    content |= {"sisters": [["rolling-2", 0.5], ["rolling-3", 0.3]]}
    out = not what.lower <= row["mean"] <= what.upper
    why = "out of specification" if out and row["in_domain"] else "strange" if strange else "latest"
    key = (of.id, what.name, row["unit_id"], model or row["model_id"])
    return Explanation(*key, row["t_event"], NOW - timedelta(minutes=4), why, content)


def _near(what, row) -> list[dict]:
    values = row["mean"] + (what.upper - what.lower) * np.array([0.01, -0.03, 0.05, 0.0, 0.08])
    return [
        {"unit_id": f"C-99{n:04d}", "t_event": (NOW - timedelta(days=n + 1)).isoformat(), "value": float(v)}
        | {"distance": 0.004 * (n + 1)}
        for n, v in enumerate(values)
    ]


def _moves(names, row) -> list[dict]:
    made = []
    for i, name in enumerate(names[:4]):
        for side in (-1, 1):
            change = side * 0.02 / (i + 1)
            made.append(
                {"name": name, "now": USUAL[i] * 1.01, "to": USUAL[i] * (1 + 0.007 * side), "change": change}
                | {"mean": row["mean"] + change, "lower": row["lower"] + change, "upper": row["upper"] + change}
                | {"in_domain": not (i == 1 and side == 1)}
            )
    return made


def foreign(home) -> None:
    """Let the explanations of a home be of another model than its predictions."""
    from qc_app.views import enter

    with enter(home) as store:
        for e in store.journal.explanations.list("rolling-1", "thickness"):
            store.journal.explanations.put([replace(e, model_id="f" * 16)])
