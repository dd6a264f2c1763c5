"""What the mixture keeps of one family: scales, relevance, pooled means, priors, calibration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from scipy import special

from models.base import Array
from models.errors import StateError
from models.learners.parts.boosted import Boosted
from models.learners.parts.scaling import Scaling
from models.learners.prior_mixture.experts import GRID, MEANS, NETS
from models.learners.prior_mixture.gaze import Deepened, pack_nets, unpack_nets
from models.learners.prior_mixture.lens import STRANGE, Seen
from models.learners.prior_mixture.means import Honest, Means
from models.learners.prior_mixture.posterior import Spread

_TREES = ("raw", "centred", "standard")
FAR = 30.0
SHOTS = np.array([0, 5, 10, 20, 50])


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """Learned on the stages of one family.

    Parameters
    ----------
    plant : Scaling
    relevance : ndarray, shape (d,)
    means : Means
        For a new sister.
    honest : Honest
        For the stages that these were learned on.
    level : float
        Mean of the stage levels.
    scales : ndarray, shape (3,)
        Low, middle and high standard deviation of the stages.
    spread : Spread
        Of residuals, for scale 1 where a mean is on the standard scale.
    prior : ndarray, shape `GRID`
        Log prior over the experts.
    factors : ndarray, shape (5,)
        Widening at each number of labels in `SHOTS`, from held-out stages.
    deepened : Deepened or None
        Nets that look at the units; None where there were too few stages to train them.
    """

    plant: Scaling
    relevance: Array
    means: Means
    honest: Honest
    level: float
    scales: Array
    spread: Spread
    prior: Array
    factors: Array
    deepened: Deepened | None = None

    def means_for(self, stages: tuple[str, ...], stage: str) -> Means:
        """Return pooled means that never saw a label of `stage`; `stages` are those of the training, in its order."""
        return self.honest.fits[int(self.honest.place[stages.index(stage)])] if stage in stages else self.means

    def own_scale(self, y: Array) -> float:
        """Return the stage's spread: that of the labels `y`, blended with the sisters' as far as they agree.

        The blend is one of logarithms, since sisters may differ by orders of magnitude; the sisters' count as
        ``2 / trigamma(a)`` labels, the number whose sample variance scatters as much as their variances do.
        """
        squares = float(((y - y.mean()) ** 2).sum()) if len(y) else 0.0
        if squares == 0.0:
            return float(self.scales[1])
        a, b, n = float(self.spread.a[0]), float(self.spread.b[0]), len(y) - 1
        worth = 2.0 / float(special.polygamma(1, a))
        usual = np.log(b) - float(special.digamma(a))
        return float(np.exp(0.5 * (worth * usual + n * np.log(squares / n)) / (worth + n)))

    def level_of(self, y: Array, own: float) -> float:
        """Return where the stage's level is expected: at the sisters', or at its labels' if those are far away."""
        if len(y) and abs(float(y.mean()) - self.level) > FAR * own:
            return float(y.mean())
        return self.level

    def spread_at(self, own: float) -> Spread:
        """Return the prior of the residual variance with the standard scales put in."""
        size = np.ones(len(MEANS))
        size[4:NETS] = np.tile([self.scales[1], self.scales[2], own, own], 2) ** 2
        size[NETS] = self.nets_at(0.0, own)[1] ** 2
        return Spread(self.spread.a, self.spread.b * size)

    def sizes(self, own: float) -> Array:
        """Return what a mean on the standard scale is multiplied with: the sisters' scales, half the own, the own."""
        return np.array([self.scales[1], self.scales[2], own / 2, own])

    def nets_at(self, level: float, own: float) -> tuple[float, float]:
        """Return what the nets take for 0 and for 1 at a stage of that level and spread."""
        standing = None if self.deepened is None else self.deepened.world.standing
        return (level, own) if standing is None or standing.own else (standing.level, standing.scale)

    def table(self, five: Array, seen: Seen, level: float, own: float) -> Array:
        """Return all means, shape (n, means), from the five pooled ones, shape (n, 5), and the nets'."""
        return mean_table(five, seen, level, self.sizes(own), self.nets_at(level, own))

    def factor(self, n: int) -> float:
        """Return the widening at `n` labels."""
        return float(np.interp(np.log1p(n), np.log1p(SHOTS), self.factors))


def mean_table(five: Array, seen: Seen, level: float, scales: Array, nets: tuple[float, float]) -> Array:
    """Return the means of the grid, shape (n, means), at a level, four standard scales, and the nets' 0 and 1."""
    flat = np.full(len(five), level)
    columns = [flat, five[:, 0], five[:, 1], level + five[:, 2]]
    columns += [level + s * five[:, 3] for s in scales]
    columns += [level + s * five[:, 4] for s in scales]
    columns.append(nets[0] + nets[1] * seen.views["nets"][:, 0] if "nets" in seen.views else flat)
    return np.column_stack(columns)


def to_arrays(k: Knowledge) -> dict[str, Array]:
    """Return the arrays of `k` for a state."""
    out: dict[str, Array] = {
        "plant/centre": k.plant.centre,
        "plant/spread": k.plant.spread,
        "relevance": k.relevance,
        "level": np.array([k.level]),
        "scales": k.scales,
        "spread/a": k.spread.a,
        "spread/b": k.spread.b,
        "prior": k.prior,
        "factors": k.factors,
        "place": k.honest.place.astype(np.float64),
    }
    out |= _means_to_arrays(k.means, "means")
    for i, fit in enumerate(k.honest.fits):
        out |= _means_to_arrays(fit, f"honest/{i}")
    return out | {f"nets/{name}": value for name, value in pack_nets(k.deepened).items()}


def _means_to_arrays(means: Means, head: str) -> dict[str, Array]:
    out: dict[str, Array] = {f"{head}/raw_line": means.raw_line, f"{head}/standard_line": means.standard_line}
    for name in _TREES:
        trees: Boosted = getattr(means, name)
        out[f"{head}/{name}/base"] = np.array([trees.base])
        for field in fields(Boosted)[1:]:
            out[f"{head}/{name}/{field.name}"] = getattr(trees, field.name)
    return out


def from_arrays(arrays: Mapping[str, Array]) -> Knowledge:
    """Rebuild what `to_arrays` wrote.

    Raises
    ------
    StateError
        If an array is missing or has the wrong shape.
    """
    try:
        place = arrays["place"].astype(np.intp)
        fits = tuple(_means(arrays, f"honest/{i}") for i in range(int(place.max()) + 1))
        found = Knowledge(
            Scaling(arrays["plant/centre"], arrays["plant/spread"]),
            arrays["relevance"],
            _means(arrays, "means"),
            Honest(fits, place),
            float(arrays["level"][0]),
            arrays["scales"],
            Spread(arrays["spread/a"], arrays["spread/b"]),
            arrays["prior"],
            arrays["factors"],
            unpack_nets(
                {name[5:]: value for name, value in arrays.items() if name.startswith("nets/")},
                len(arrays["plant/centre"]),
                len(place),
            ),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise StateError(f"state of learner 'prior_mixture': {error} is missing or damaged") from None
    _check(found)
    return found


def _means(arrays: Mapping[str, Array], head: str) -> Means:
    trees = {name: _trees(arrays, f"{head}/{name}") for name in _TREES}
    return Means(**trees, raw_line=arrays[f"{head}/raw_line"], standard_line=arrays[f"{head}/standard_line"])


def _trees(arrays: Mapping[str, Array], head: str) -> Boosted:
    base = float(arrays[f"{head}/base"][0])
    feature = arrays[f"{head}/feature"].astype(np.int32)
    return Boosted(base, feature, arrays[f"{head}/threshold"], arrays[f"{head}/value"])


def _check(k: Knowledge) -> None:
    d = len(k.relevance)
    right = (
        k.plant.centre.shape == k.plant.spread.shape
        and len(k.plant.centre) in {d, d - STRANGE}
        and k.prior.shape == GRID
        and k.factors.shape == SHOTS.shape
        and k.scales.shape == (3,)
        and k.spread.a.shape == k.spread.b.shape == (len(MEANS),)
        and k.honest.place.min() >= 0
        and all(_sound_means(means, 2 * d) for means in (k.means, *k.honest.fits))
    )
    if not right:
        raise StateError("state of learner 'prior_mixture': an array has the wrong shape - train again")


def _sound_means(means: Means, width: int) -> bool:
    lines = means.raw_line.shape == means.standard_line.shape == (width + 1,)
    return lines and all(_sound(getattr(means, name), width) for name in _TREES)


def _sound(trees: Boosted, width: int) -> bool:
    count, depth = trees.feature.shape
    inside = not trees.feature.size or (trees.feature.min() >= 0 and trees.feature.max() < width)
    return bool(inside and trees.threshold.shape == (count, depth) and trees.value.shape == (count, 2**depth))
