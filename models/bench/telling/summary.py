"""What the rows of a run come to: means over stages, then over packs, against the best peers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

from models.bench.cells import is_peer
from models.bench.judge import Row
from models.bench.protocols import NORMAL, Protocol
from models.bench.result import Result

Figure = Literal["nrmse", "crps", "coverage", "width", "auroc", "ap", "alarms_1", "alarms_5"]
FALSE_ALARMS: frozenset[Figure] = frozenset({"alarms_1", "alarms_5"})
HIGHER_IS_BETTER: frozenset[Figure] = frozenset({"auroc", "ap"})
STAGE_MEAN = "peer_mean"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure under one protocol at one number of labels.

    Parameters
    ----------
    figure : str
    protocol : {"random", "time", "rolling", "nightly", "normal", "normal_time"}
    k : int
    means : mapping of str to float
        Method -> mean over packs; a method that left any exam unanswered is not here.
    by_pack : mapping of str to mapping of str to float
        Pack -> method -> mean over the pack's characteristics of the mean over stages.
    spread : mapping of str to float
        Method -> standard deviation over seeds of the mean over packs; absent with one seed.
    """

    figure: Figure
    protocol: Protocol
    k: int
    means: Mapping[str, float]
    by_pack: Mapping[str, Mapping[str, float]]
    spread: Mapping[str, float]

    @property
    def higher(self) -> bool:
        """Whether higher is better."""
        return self.figure in HIGHER_IS_BETTER

    @property
    def best_peer(self) -> str | None:
        """The peer with the best mean over packs: the one method a plant could have settled on."""
        return self._best({m: v for m, v in self.means.items() if is_peer(m)})

    @property
    def hindsight(self) -> float | None:
        """Mean over packs of each pack's best peer, which nobody could have known beforehand."""
        best = [self.best_peer_of(pack) for pack in self.by_pack]
        values = [value for value in best if value is not None]
        return fmean(values) if values and len(values) == len(best) else None

    def best_peer_of(self, pack: str) -> float | None:
        """Return the best peer's value on one pack."""
        peers = {m: v for m, v in self.by_pack[pack].items() if is_peer(m)}
        best = self._best(peers)
        return None if best is None else peers[best]

    def gain(self, method: str) -> float | None:
        """Return how much better than the best single peer `method` is.

        A share of the peer's value where lower is better (0.1: 10 % below it), a difference where higher is.
        """
        best = self.best_peer
        return None if best is None else self._gain(method, self.means[best])

    def gain_on_hindsight(self, method: str) -> float | None:
        """Return how much better than each pack's best peer `method` is, in the same terms as `gain`."""
        return None if self.hindsight is None else self._gain(method, self.hindsight)

    def _gain(self, method: str, rival: float) -> float | None:
        if method not in self.means:
            return None
        return self.means[method] - rival if self.higher else 1 - self.means[method] / rival

    @property
    def peers(self) -> tuple[str, ...]:
        """Every peer that has a value on some pack."""
        return tuple(dict.fromkeys(m for values in self.by_pack.values() for m in values if is_peer(m)))

    def worst(self, method: str, rivals: Collection[str]) -> tuple[float, str] | None:
        """Return by how much `method` is worse than the best of `rivals` on a pack, and the pack where that is most.

        Parameters
        ----------
        method : str
        rivals : collection of str
            Names; the method itself does not count.

        Returns
        -------
        (float, str) or None
            Excess and pack: a share where lower is better (0.02: 2 % above the rival), a difference where higher
            is; negative where `method` is better everywhere. None where no pack has both.
        """
        found = {p: self._excess(p, method, rivals) for p in self.by_pack}
        known = {p: v for p, v in found.items() if v is not None}
        pack = max(known, key=lambda p: known[p], default=None)
        return None if pack is None else (known[pack], pack)

    def _excess(self, pack: str, method: str, rivals: Collection[str]) -> float | None:
        values = self.by_pack[pack]
        best = self._best({m: v for m, v in values.items() if m in rivals and m != method})
        if best is None or method not in values:
            return None
        return values[best] - values[method] if self.higher else values[method] / values[best] - 1

    def _best(self, values: Mapping[str, float]) -> str | None:
        choose = max if self.higher else min
        return choose(values, key=lambda m: values[m]) if values else None


def lines(result: Result, figure: Figure) -> tuple[Line, ...]:
    """Return the lines of one figure: protocols in the order asked for, labels rising.

    Of a run with several sizes of the meta-training, take one: ``lines(result.at(5), figure)``.

    Parameters
    ----------
    result : Result
    figure : {"nrmse", "crps", "coverage", "width", "auroc", "ap", "alarms_1", "alarms_5"}
    """
    keyed: dict[tuple[Protocol, int], list[Row]] = defaultdict(list)
    for row in result.rows:
        if _belongs(row, figure):
            keyed[row.protocol, row.k].append(row)
    order = {p: i for i, p in enumerate(result.settings.protocols)}
    keys = sorted(keyed, key=lambda key: (order.get(key[0], len(order)), key[1]))
    return tuple(_line(figure, protocol, k, keyed[protocol, k]) for protocol, k in keys)


def _belongs(row: Row, figure: Figure) -> bool:
    if figure in FALSE_ALARMS:
        return row.protocol in NORMAL and row.own
    if figure in HIGHER_IS_BETTER:
        return row.kind == "binary"
    return row.kind == "continuous" and row.protocol not in NORMAL


def _line(figure: Figure, protocol: Protocol, k: int, rows: list[Row]) -> Line:
    by_pack = _by_pack(rows, figure)
    seeds = sorted({row.seed for row in rows})
    each = [_over_packs(_by_pack([r for r in rows if r.seed == seed], figure)) for seed in seeds]
    means = _over_packs(by_pack)
    spread = {m: stdev([e[m] for e in each if m in e]) for m in means if sum(m in e for e in each) > 1}
    return Line(figure, protocol, k, means, by_pack, spread)


def _by_pack(rows: Iterable[Row], figure: Figure) -> dict[str, dict[str, float]]:
    cells: dict[tuple[str, str], dict[str, list[float | None]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        cells[row.pack, row.characteristic][row.method].append(getattr(row, figure))
    per_characteristic: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    characteristics: dict[str, int] = defaultdict(int)
    for (pack, _), methods in cells.items():
        characteristics[pack] += 1
        for method, values in methods.items():
            answered = [v for v in values if v is not None]
            if len(answered) == len(values):
                per_characteristic[pack][method].append(fmean(answered))
    return {
        pack: {m: fmean(v) for m, v in per_characteristic[pack].items() if len(v) == count}
        for pack, count in characteristics.items()
    }


def _over_packs(by_pack: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    methods = dict.fromkeys(m for values in by_pack.values() for m in values)
    return {m: fmean(v[m] for v in by_pack.values()) for m in methods if all(m in v for v in by_pack.values())}


def grouped(result: Result, figure: Figure) -> list[tuple[Protocol, list[Line]]]:
    """Return the lines of one figure by protocol, without protocols where no method has a mean on any pack."""
    groups: dict[Protocol, list[Line]] = {}
    for line in lines(result, figure):
        if any(line.by_pack.values()):
            groups.setdefault(line.protocol, []).append(line)
    return list(groups.items())
