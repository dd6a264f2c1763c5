"""A proof as a picture: delays by kind of fault, and what promotions were worth."""

from __future__ import annotations

import numpy as np

from qc_app.proof.run import Proof

LATEST = 12.0
"""Where faults stand that were never noticed, in days."""


def plot(proof: Proof, path: str) -> str:
    """Draw a proof and return the path.

    Parameters
    ----------
    proof : Proof
    path : str
        With the ending .png or .svg.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 5.5), layout="constrained")
    delays, gains = figure.subplots(1, 2, width_ratios=(3, 2))
    kinds = sorted({o.kind for o in proof.outcomes})
    for offset, (name, mark, which) in zip((-0.18, 0.0, 0.18), _SERIES, strict=True):
        found = [(kinds.index(o.kind) + offset, getattr(o, which), o.size) for o in proof.outcomes]
        x, days, sizes = ([f[i] for f in found] for i in range(3))
        shown = [LATEST if day is None else day for day in days]
        delays.scatter(shown, x, s=[12 + 10 * size for size in sizes], marker=mark, label=name, alpha=0.7)
    delays.axvline(LATEST - 0.75, color="grey", lw=0.5)
    delays.set_yticks(range(len(kinds)), [kind.replace("_", " ") for kind in kinds])
    delays.set_xlabel("days after the onset; at the right: not within the fault's time (size of mark: size of fault)")
    delays.legend(loc="upper center", ncols=3, bbox_to_anchor=(0.5, 1.1), frameon=False)
    worth = np.array([p.gain for p in proof.promotions])
    gains.hist(100 * np.clip(worth, -0.2, 0.4), bins=np.arange(-20, 41, 2).tolist())
    gains.axvline(0, color="black", lw=0.8)
    gains.set_xlabel("gain of a promotion on the week after, % of the old error (beyond -20 and 40 at the ends)")
    gains.set_ylabel("promotions")
    figure.savefig(path, dpi=110)
    return path


_SERIES: tuple[tuple[str, str, str], ...] = (
    ("named", "o", "named"),
    ("anything noticed", ".", "noticed"),
    ("control chart of results", "x", "shewhart"),
)
