"""What every connector must do, as functions to be run over any of them.

``check_connector(make, stage)`` runs them all; in a test suite parametrize over CHECKS to see each by its name::

    @pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
    def test_my_kind(check): check(make, stage)

`make` returns a new connector on the same source, which holds some rows (the more batches, the sharper the checks) and
does not change meanwhile. A failed check raises AssertionError that says what was promised.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise

from data_connectors.base import LABEL_COLUMNS, MEASUREMENT_COLUMNS, Batch, Connector, Probe
from data_connectors.rows.conform import conform
from data_connectors.schema import Stage

Make = Callable[[], Connector]

#: Later than any row that a source under check may hold.
_LATE = datetime(2105, 1, 1, tzinfo=UTC)


def _promised(kept: bool, promise: str) -> None:
    if not kept:
        raise AssertionError(promise)


def _read(make: Make, stage: Stage, since: str | None) -> list[Batch]:
    connector = make()
    try:
        return list(connector.read(stage, since))
    finally:
        connector.close()


def _pieces(make: Make, stage: Stage, batches: list[Batch]) -> Counter[str]:
    """Return everything delivered, by content: rows by identity and hash, rejects by raw text and reason."""
    source = make().source
    found: Counter[str] = Counter()
    for batch in batches:
        made = conform(batch, stage, source, _LATE)
        identity = ["unit_id", "t_event"] if source.carries == "measurements" else ["unit_id", "characteristic"]
        found.update(str(row) for row in made.rows.select(*identity, "row_hash").iter_rows())
        found.update(f"{reject.reason} {reject.raw}" for reject in made.rejects)
    return found


def check_interface(make: Make, stage: Stage) -> None:
    """It is a Connector, names its kind and its source, and the source feeds the stage."""
    connector = make()
    _promised(isinstance(connector, Connector), "a connector has all methods of Connector")
    _promised(connector.kind == connector.source.kind, "kind is that of the source")
    _promised(connector.source.stage == stage.id, "the source feeds the stage it is checked with")
    connector.close()
    connector.close()


def check_rows_conform(make: Make, stage: Stage) -> None:
    """Its batches are of the stage, conform, and every delivered row is kept or refused with a reason."""
    batches = _read(make, stage, None)
    source = make().source
    columns = MEASUREMENT_COLUMNS if source.carries == "measurements" else LABEL_COLUMNS
    _promised(any(batch.frame.height for batch in batches), "the source under check holds at least one row")
    for batch in batches:
        made = conform(batch, stage, source, _LATE)
        _promised(batch.stage == stage.id, "a batch names the stage it was read for")
        _promised(made.received == made.rows.height + len(made.rejects), "received = rows + rejects")
        _promised(set(columns) <= set(made.rows.columns), "conformed rows have the columns of the store")
        _promised(all(r.reason and r.message for r in made.rejects), "a reject has a reason and a message")
        _promised(bool(batch.gaps) or not batch.dropped, "records that were dropped come with the gap that says why")
        _promised(all(g.since <= g.until and g.cause and g.text for g in batch.gaps), "a gap says from, to and why")


def check_checkpoints(make: Make, stage: Stage) -> None:
    """Checkpoints are JSON, and one that comes later never brings back more than one before it."""
    batches = _read(make, stage, None)
    for batch in batches:
        _promised(isinstance(json.loads(batch.after), dict), "a checkpoint is the text of a JSON object")
    left = [sum(_pieces(make, stage, _read(make, stage, b.after)).values()) for b in batches]
    _promised(all(later <= earlier for earlier, later in pairwise(left)), "checkpoints only go forward")


def check_end(make: Make, stage: Stage) -> None:
    """A read from the last checkpoint yields nothing, also on a new connector."""
    batches = _read(make, stage, None)
    _promised(_read(make, stage, batches[-1].after) == [], "after the end there is nothing")


def check_at_least_once(make: Make, stage: Stage) -> None:
    """From any checkpoint on, all that was not stored by then comes again: a kill between batches loses nothing."""
    batches = _read(make, stage, None)
    everything = _pieces(make, stage, batches)
    for stored in range(len(batches)):
        since = batches[stored - 1].after if stored else None
        again = _pieces(make, stage, batches[:stored]) + _pieces(make, stage, _read(make, stage, since))
        _promised(not everything - again, f"a kill after {stored} stored batches loses nothing")


def check_abandoned_read(make: Make, stage: Stage) -> None:
    """A read that is broken off, unstored, leaves no trace: the next one from the same checkpoint brings the same."""
    connector = make()
    reading = connector.read(stage, None)
    next(reading, None)
    del reading
    connector.close()
    whole, again = _read(make, stage, None), _read(make, stage, None)
    _promised(_pieces(make, stage, whole) == _pieces(make, stage, again), "reading is repeatable")


def check_acknowledges_nothing(make: Make, stage: Stage) -> None:
    """Reading alone makes the source forget nothing; acknowledging what was stored loses nothing that was not."""
    batches = _read(make, stage, None)
    _promised(_pieces(make, stage, batches) == _pieces(make, stage, _read(make, stage, None)), "reading keeps all")
    first, rest = batches[0], batches[1:]
    connector = make()
    connector.acknowledge(first.after)
    connector.close()
    left = _pieces(make, stage, _read(make, stage, first.after))
    _promised(not _pieces(make, stage, rest) - left, "acknowledging one batch keeps the others")


def check_looking_changes_nothing(make: Make, stage: Stage) -> None:
    """discover, check and preview change neither the source nor what is read next."""
    before = _pieces(make, stage, _read(make, stage, None))
    connector = make()
    columns, probes, shown = connector.discover(), connector.check(), connector.preview(stage, rows=5)
    connector.close()
    _promised(bool(columns) and all(c.name for c in columns), "discover names the columns")
    _promised(bool(probes) and all(isinstance(p, Probe) and p.ok for p in probes), "check of a sound source is all ok")
    _promised(shown.received == shown.rows.height + len(shown.rejects) > 0, "preview shows rows")
    _promised(before == _pieces(make, stage, _read(make, stage, None)), "looking changes nothing")


CHECKS: tuple[Callable[[Make, Stage], None], ...] = (
    check_interface,
    check_rows_conform,
    check_checkpoints,
    check_end,
    check_at_least_once,
    check_abandoned_read,
    check_acknowledges_nothing,
    check_looking_changes_nothing,
)


def check_connector(make: Make, stage: Stage) -> None:
    """Run all checks on a kind of connector.

    Parameters
    ----------
    make : callable
        Returns a new connector on the same, unchanging source.
    stage : Stage
        The stage that the source feeds.

    Raises
    ------
    AssertionError
        Naming the promise that was broken.
    """
    for check in CHECKS:
        check(make, stage)
