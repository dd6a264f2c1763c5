"""A stretch of the past of a live source that keeps a history: the same rows as if it had been heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from data_connectors.base import Batch, Gap, Reject
from data_connectors.live.assembly import assembly_of, table
from data_connectors.live.connector import LiveConnector
from data_connectors.live.progress import Progress
from data_connectors.live.sample import Heard, Link, Record, Sample
from data_connectors.live.spool import Place
from data_connectors.rows.windows import windowed
from data_connectors.schema import Stage

#: So much is held in memory at once.
PIECE = timedelta(hours=6)
#: Rows at the edges need what was told before and after them: a unit that was under way, a value that stood.
MARGIN = timedelta(hours=1)
_LONG = timedelta(days=1)


@dataclass(slots=True)
class Gathered:
    """A sink that holds what it is given.

    Parameters
    ----------
    heard : list of Sample, Record or Reject
    gaps : list of Gap
    mark : str
        Stays empty: nothing is asked on from here.
    """

    heard: list[Heard] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    mark: str = ""

    def keep(self, heard: Sequence[Heard], gaps: Sequence[Gap] = (), mark: str = "") -> None:  # noqa: ARG002 - a sink's
        """Hold it."""
        self.heard += heard
        self.gaps += gaps

    def tell(self, link: Link, words: str = "") -> None:
        """Nobody looks how this connection stands."""

    def dropped(self, count: int, cause: str) -> None:
        """Nothing is dropped where the source is asked."""


Ask = Callable[[Gathered, datetime, datetime], object]


def past_of(connector: LiveConnector, stage: Stage, since: datetime, until: datetime, ask: Ask) -> Iterator[Batch]:
    """Yield the rows of ``[since, until)`` piece by piece, made of values as the running listener would make them.

    Parameters
    ----------
    connector : LiveConnector
    stage : Stage
    since, until : datetime
        Aware.
    ask : callable
        Keeps what the source holds between two moments in a sink; what it cannot tell it keeps as a gap.
    """
    source, margin = connector.source, _margin(stage)
    while since < until:
        end = min(since + PIECE, until)
        told = Gathered()
        ask(told, since - margin, end + margin)
        assembly = assembly_of(source, stage, connector.live_options, Progress())
        assembly.take(_in_order(told.heard), Place(), fresh=True)
        made = assembly.made(end + margin + _LONG, ended=True)
        rows = [row for row in made.rows if _between(row.get(source.time_column), since, end)]
        gaps = tuple(Gap(max(g.since, since), min(g.until, end), g.cause, g.text) for g in told.gaps)
        rejects = tuple(one for one in told.heard if isinstance(one, Reject))
        yield Batch(stage.id, table(source, windowed(stage), rows), "", source.kind, rejects, gaps=gaps)
        since = end


def _margin(stage: Stage) -> timedelta:
    window = stage.window
    reach = 0.0 if window is None else window.length_s + window.holds_s + window.dead_s
    return max(MARGIN, timedelta(seconds=2 * reach))


def _in_order(heard: Sequence[Heard]) -> list[Sample | Record]:
    values = [one for one in heard if isinstance(one, Sample | Record)]
    return sorted(values, key=lambda one: one.t_source or one.t_server or one.t_received)


def _between(at: object, since: datetime, until: datetime) -> bool:
    return isinstance(at, datetime) and since <= at.astimezone(UTC) < until
