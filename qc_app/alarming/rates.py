"""Is there too much of it: rates, floods, chattering, fleeting and stale alarms (ISA-18.2 clause 16, EEMUA 191)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qc_app.language import figures_of, ntr, tr

SLOT = timedelta(minutes=10)
#: Annunciations in ten minutes and operator: about one is acceptable, more than ten is a flood (ISA-18.2, table 6).
ACCEPTABLE, FLOOD, FLOOD_OVER = 1.0, 10, 5
CHATTER, CHATTER_IN = 3, timedelta(minutes=1)
STALE = timedelta(hours=24)
NUISANCE = 3

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Rung:
    """One annunciation: an alarm that asked for attention, and how it ended.

    Parameters
    ----------
    key : tuple of str
        Kind, stage and subject.
    priority : str
    at : datetime
    until : datetime or None
        When its condition was gone; None: it still stands.
    answered : datetime or None
        When a person acknowledged it.
    caused : bool
        Whether its incident was closed with a cause.
    """

    key: Key
    priority: str
    at: datetime
    until: datetime | None = None
    answered: datetime | None = None
    caused: bool = False


@dataclass(frozen=True, slots=True)
class Flood:
    """A stretch in which nobody can answer each alarm: over ten in ten minutes, until under five."""

    start: datetime
    end: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Rates:
    """The alarm system's own performance over a window.

    Parameters
    ----------
    rung : int
        Annunciations.
    per_slot, peak : float, int
        Mean and most in ten minutes and operator.
    floods : list of Flood
    in_flood : float
        Share of the window spent in floods; the standard asks for less than 0.01.
    priorities : dict
        Share of each priority; the standard proposes about 0.8 low, 0.15 medium, 0.05 high.
    chattering : dict
        Alarm -> how often it rang three times within a minute.
    nuisance : dict
        Alarm -> how often it rang and was gone by itself: at least three times, and no incident of it had a cause.
    stale : list of Rung
        Standing for more than a day.
    frequent : list
        The ten that ring most, with their number.
    answer_s : float or None
        Median seconds from ring to acknowledgement.
    """

    rung: int
    per_slot: float
    peak: int
    floods: list[Flood]
    in_flood: float
    priorities: dict[str, float]
    chattering: dict[Key, int]
    nuisance: dict[Key, int]
    stale: list[Rung]
    frequent: list[tuple[Key, int]]
    answer_s: float | None

    @property
    def verdict(self) -> str:
        """The rate in words, against one in ten minutes and operator."""
        rate = figures_of(f"{self.per_slot:.2g}")
        if self.floods:
            return ntr(
                "{rate} alarms in 10 minutes and operator, {n} flood, at most {peak} in 10 minutes",
                "{rate} alarms in 10 minutes and operator, {n} floods, at most {peak} in 10 minutes",
                len(self.floods),
                rate=rate,
                peak=self.peak,
            )
        if self.per_slot > ACCEPTABLE:
            return tr(
                "{rate} alarms in 10 minutes and operator: more than one can answer, about 1 is acceptable", rate=rate
            )
        return tr(
            "{rate} alarms in 10 minutes and operator: acceptable (about 1), at most {peak} in 10 minutes",
            rate=rate,
            peak=self.peak,
        )


def rates(rung: Sequence[Rung], start: datetime, end: datetime, operators: int = 1) -> Rates:
    """Return how the alarms of a window perform.

    Parameters
    ----------
    rung : sequence of Rung
        Annunciations within the window, in any order.
    start, end : datetime
        The window, aware.
    operators : int
        People among whom the alarms are divided, evenly.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> twelve = [Rung(("drift", "s", str(n)), "low", noon + timedelta(seconds=20 * n)) for n in range(12)]
    >>> found = rates(twelve, noon, noon + timedelta(hours=2))
    >>> found.per_slot, found.peak, found.floods[0].count
    (1.0, 12, 12)
    """
    told = sorted(rung, key=lambda r: r.at)
    slots = max((end - start) / SLOT, 1.0)
    found = floods([r.at for r in told], operators)
    waits = sorted((r.answered - r.at).total_seconds() for r in told if r.answered is not None)
    return Rates(
        rung=len(told),
        per_slot=len(told) / slots / operators,
        peak=round(_peak([r.at for r in told]) / operators),
        floods=found,
        in_flood=min(1.0, sum((f.end - f.start) / SLOT for f in found) / slots),
        priorities=_shares(told),
        chattering=_chattering(told),
        nuisance=_nuisance(told),
        stale=[r for r in told if (r.until or end) - r.at > STALE],
        frequent=Counter(r.key for r in told).most_common(10),
        answer_s=waits[len(waits) // 2] if waits else None,
    )


def floods(times: Sequence[datetime], operators: int = 1) -> list[Flood]:
    """Return the floods in sorted times: from more than ten in ten minutes on, until fewer than five come in ten.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> floods([noon + timedelta(minutes=n) for n in range(9)])
    []
    """
    found: list[Flood] = []
    first: int | None = None
    for n, at in enumerate(times):
        if first is None and _within(times, n, SLOT) > FLOOD * operators:
            first = n - _within(times, n, SLOT) + 1
        following = [t for t in times[n + 1 : n + 1 + FLOOD_OVER * operators] if t - at <= SLOT]
        if first is not None and len(following) < FLOOD_OVER * operators:
            last = n + len(following)
            if not found or times[first] > found[-1].end:
                found.append(Flood(times[first], times[last], last - first + 1))
            first = None
    return found


def _within(times: Sequence[datetime], n: int, span: timedelta) -> int:
    """Return how many of the times up to the n-th lie within a span before it, itself counted."""
    count = 0
    while n - count >= 0 and times[n] - times[n - count] < span:
        count += 1
    return count


def _peak(times: Sequence[datetime]) -> int:
    return max((_within(times, n, SLOT) for n in range(len(times))), default=0)


def _shares(told: Sequence[Rung]) -> dict[str, float]:
    counted = Counter(r.priority for r in told)
    return {name: counted[name] / len(told) if told else 0.0 for name in ("high", "medium", "low")}


def _chattering(told: Sequence[Rung]) -> dict[Key, int]:
    of: dict[Key, list[datetime]] = {}
    for r in told:
        of.setdefault(r.key, []).append(r.at)
    found = {key: sum(_within(mine, n, CHATTER_IN) >= CHATTER for n in range(len(mine))) for key, mine in of.items()}
    return {key: times for key, times in found.items() if times}


def _nuisance(told: Sequence[Rung]) -> dict[Key, int]:
    fleeting = Counter(r.key for r in told if r.until is not None and (r.answered is None or r.answered > r.until))
    caused = {r.key for r in told if r.caused}
    return {key: n for key, n in fleeting.most_common() if n >= NUISANCE and key not in caused}
