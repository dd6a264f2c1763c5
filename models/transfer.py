"""What a stage's model takes from other stages: which were believed, and with what weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

from models.base import Adapted
from models.words import counted

NAMED = 4
LITTLE = 0.05


@dataclass(frozen=True, slots=True)
class Transfer:
    """The part of a model that was learned at other stages.

    Parameters
    ----------
    labels : int
        The stage's own, which carry the rest.
    sisters : tuple of (str, float)
        Stage and its share of the whole model, the heaviest first; they sum to `carried`.
    """

    labels: int
    sisters: tuple[tuple[str, float], ...] = ()

    @classmethod
    def even(cls, labels: int, carried: float, stages: Sequence[str]) -> Self:
        """Share `carried` evenly: the learner pools these stages without preferring one.

        Examples
        --------
        >>> Transfer.even(3, 0.5, ["a", "b"]).sisters
        (('a', 0.25), ('b', 0.25))
        """
        if carried <= 0 or not stages:
            return cls(labels)
        return cls(labels, tuple((stage, carried / len(stages)) for stage in stages))

    @classmethod
    def blend(cls, labels: int, parts: Iterable[tuple[float, Transfer | None]]) -> Self:
        """Return what the weighted average of some models takes; one that does not tell counts as own data.

        Examples
        --------
        >>> Transfer.blend(3, [(0.5, Transfer(3, (("a", 1.0),))), (0.5, None)]).carried
        0.5
        """
        total: dict[str, float] = {}
        for weight, part in parts:
            for stage, share in () if part is None else part.sisters:
                total[stage] = total.get(stage, 0.0) + weight * share
        return cls(labels, tuple(sorted(total.items(), key=lambda item: -item[1])))

    @property
    def carried(self) -> float:
        """Share of the model that was learned at sister stages, 0..1."""
        return sum(share for _, share in self.sisters)

    def sentence(self) -> str:
        """Say it in words.

        Examples
        --------
        >>> Transfer.even(5, 0.8, ["rolling-2", "rolling-3"]).sentence()
        'transfer is on: 80 % from rolling-2, rolling-3; the rest from 5 labels of its own'
        >>> Transfer(12).sentence()
        'own data only: 12 labels, nothing is taken from other stages'
        """
        own = counted(self.labels, "label")
        if self.carried < LITTLE:
            return f"own data only: {own}, nothing is taken from other stages"
        names = ", ".join(stage for stage, _ in self.sisters[:NAMED])
        more = f" and {len(self.sisters) - NAMED} more" if len(self.sisters) > NAMED else ""
        rest = f"the rest from {own} of its own" if self.carried < 1 - LITTLE else f"{own} of its own set the level"
        return f"transfer is on: {self.carried:.0%} from {names}{more}; {rest}".replace("%", " %")


@runtime_checkable
class Traced(Protocol):
    """An adapted stage that can tell what it takes from others; not every `Adapted` can."""

    def transfer(self) -> Transfer:
        """Say which sister stages are believed."""
        ...


def transfer_of(model: Adapted) -> Transfer | None:
    """Return what `model` takes from other stages, None if it does not tell."""
    return model.transfer() if isinstance(model, Traced) else None
