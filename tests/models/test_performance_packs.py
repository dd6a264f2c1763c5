"""On real stages: the estimate without labels beside what labels said, window by window."""

from __future__ import annotations

import numpy as np
import pytest

from models.bench.packs import load
from models.bench.protocols import task_of
from models.catalog import make_learner
from models.performance import Said, Taught, correction, estimate, follow, learn

LABELS, WINDOW, MOST = 30, 20, 400


def walked(pack, what: str, learner: str = "prior_mixture", stages: int = 10) -> list[Taught]:
    """Adapt once at the beginning of each stage that did not teach the prior, and predict the rest in its order."""
    half = len(pack.stages) // 2
    prior = make_learner(learner).fit([_whole(pack, s, what) for s in pack.stages[:half]])
    return [_one(pack, s, what, prior) for s in pack.stages[half : half + stages]]


def _some(rows, most):
    return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int)]


def _whole(pack, stage, what):
    units = _some(np.flatnonzero(np.isfinite(stage.y[what])), 120)
    return task_of(pack, stage, what, units, np.setdiff1d(np.arange(len(stage.x)), units)[:500])


def _one(pack, stage, what, prior) -> Taught:
    units = np.flatnonzero(np.isfinite(stage.y[what]))
    first = units[: max(len(units) // 4, WINDOW)]
    support, rest = _some(first, LABELS), _some(units[len(first) :], MOST)
    model = prior.adapt(task_of(pack, stage, what, support, np.setdiff1d(first, support)))
    found = model.predict(stage.x[rest], None if stage.t is None else stage.t[rest])
    scale = float(np.std(stage.y[what][support])) or 1.0
    center = float(np.mean(stage.y[what][support]))
    said = Said(found.lower, found.upper, found.anomaly, found.in_domain, scale, center=center)
    return Taught(stage.name, said, np.abs(stage.y[what][rest] - found.mean) / scale)


def compared(taught: list[Taught]) -> dict[str, float]:
    """Mean over stages: rank, typical distance and held share of the estimate; the same for the labels before."""
    rows = []
    for part in taught:
        model = learn([other for other in taught if other is not part])
        if model is None:
            continue
        told, came, before = [], [], []
        for start in range(WINDOW, len(part.losses) - WINDOW + 1, WINDOW):
            past, now = slice(0, start - WINDOW), slice(start, start + WINDOW)
            own = correction(part.losses[past], model.expected(part.said)[past])
            told.append(estimate(part.said.take(now), model, own))
            came.append(float(part.losses[now].mean()) * part.said.scale)
            before.append(float(part.losses[: max(start - WINDOW, 1)].mean()) * part.said.scale)
        found = follow([t.value for t in told], came, [t.lower for t in told], [t.upper for t in told])
        plain = follow(before, came)
        refused = sum(bool(t.refusal) for t in told) / max(len(told), 1)
        rows.append((found.rank, found.off, found.held, plain.rank, plain.off, refused))
    names = ("rank", "off", "held", "rank of past labels", "off of past labels", "refused")
    table = np.array(rows, dtype=np.float64).T
    return {
        n: float(c[np.isfinite(c)].mean()) if np.isfinite(c).any() else np.nan
        for n, c in zip(names, table, strict=True)
    }


@pytest.mark.slow
@pytest.mark.realdata
@pytest.mark.parametrize(
    ("pack", "what", "least"),
    [("gas_turbine", "NOX", 0.2), ("gas_turbine", "CO", -0.3), ("flotation", "silica_concentrate", -1.0),
     ("liveline_stage1", "measurement", -1.0)],
)  # fmt: skip
def test_the_estimate_follows_what_came(packs_dir, pack, what, least):
    found = compared(walked(load(packs_dir / pack), what))
    print(f"\n{pack} {what}: " + ", ".join(f"{name} {value:.2f}" for name, value in found.items()))  # noqa: T201
    assert found["rank"] > least
    assert found["held"] > 0.6
