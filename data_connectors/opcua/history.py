"""HistoryRead: what happened between two moments, slice by slice, so that a week's outage fits into memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asyncua import ua
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.status_codes import StatusCodes

from data_connectors.live import Sample
from data_connectors.opcua.continuity import moment
from data_connectors.opcua.session import Session
from data_connectors.opcua.values import sample

_NODES = 50
_FEW, _MANY = 5_000, 50_000
_SLICE = timedelta(minutes=1)
_LONGEST = timedelta(days=7)
_NONE_KEPT = {
    int(StatusCodes.BadHistoryOperationUnsupported),
    int(StatusCodes.BadHistoryOperationInvalid),
    int(StatusCodes.BadNotSupported),
    int(StatusCodes.BadServiceUnsupported),
    int(StatusCodes.BadNotReadable),
    int(StatusCodes.BadUserAccessDenied),
    int(StatusCodes.BadNotImplemented),
}
_EMPTY = ua.DataValue()


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of history.

    Parameters
    ----------
    until : datetime
        Everything before it has been told.
    samples : tuple of Sample
        In the order of time.
    """

    until: datetime
    samples: tuple[Sample, ...]


async def without_history(session: Session, nodes: dict[str, ua.NodeId]) -> list[str]:
    """Return the tags of which the server keeps no history, by its attribute Historizing and by trying to read.

    Raises
    ------
    asyncua.ua.UaError, OSError
        If the server breaks off.
    """
    now = session.server_now()
    told = await _page(session, nodes, now - timedelta(seconds=1), now)
    refused = {tag for tag, (status, _) in told.items() if status in _NONE_KEPT}
    flags = await session.read(list(nodes.values()), AttributeIds.Historizing)
    idle = {tag for tag, flag in zip(nodes, flags, strict=True) if _says_no(flag)}
    return [tag for tag in nodes if tag in refused | idle]


def _says_no(flag: ua.DataValue) -> bool:
    good = flag.StatusCode is None or flag.StatusCode.is_good()
    return good and flag.Value is not None and flag.Value.Value is False


async def history(
    session: Session, nodes: dict[str, ua.NodeId], since: datetime, until: datetime
) -> AsyncIterator[Slice]:
    """Yield what the server's history holds of ``[since, until]``, oldest first.

    Parameters
    ----------
    session : Session
    nodes : dict of str to NodeId
        By tag.
    since, until : datetime
        By the server's clock.

    Raises
    ------
    asyncua.ua.UaError, OSError
        If the server breaks off; what was yielded is whole up to the `until` of its slice.
    """
    length = _SLICE
    while since < until:
        end = min(since + length, until)
        told = await _page(session, nodes, since, end)
        found = [one for _, samples in told.values() for one in samples]
        yield Slice(end, tuple(sorted(found, key=lambda one: moment(one) or end)))
        since = end
        if len(found) < _FEW:
            length = min(length * 2, _LONGEST)
        elif len(found) > _MANY:
            length = max(length / 2, timedelta(seconds=1))


async def _page(
    session: Session, nodes: dict[str, ua.NodeId], since: datetime, until: datetime
) -> dict[str, tuple[int, list[Sample]]]:
    """Return status and samples by tag, some nodes a request, going on where the server says that there is more."""
    told: dict[str, tuple[int, list[Sample]]] = {tag: (0, []) for tag in nodes}
    tags = list(nodes)
    for first in range(0, len(tags), _NODES):
        waiting: dict[str, bytes | None] = dict.fromkeys(tags[first : first + _NODES])
        while waiting:
            results = await session.client.uaclient.history_read(_request(nodes, waiting, since, until))
            waiting = _taken(told, waiting, results)
    return told


def _request(
    nodes: dict[str, ua.NodeId], waiting: dict[str, bytes | None], since: datetime, until: datetime
) -> ua.HistoryReadParameters:
    wanted = [ua.HistoryReadValueId(NodeId=nodes[tag], ContinuationPoint=point) for tag, point in waiting.items()]
    details = ua.ReadRawModifiedDetails(
        IsReadModified=False, StartTime=since, EndTime=until, NumValuesPerNode=ua.UInt32(0), ReturnBounds=False
    )
    return ua.HistoryReadParameters(
        HistoryReadDetails=details, TimestampsToReturn=ua.TimestampsToReturn.Both, NodesToRead=wanted
    )


def _taken(
    told: dict[str, tuple[int, list[Sample]]],
    waiting: dict[str, bytes | None],
    results: list[ua.HistoryReadResult],
) -> dict[str, bytes | None]:
    """Add what came, and return the tags of which there is more; a point that does not move on ends its tag."""
    received = datetime.now(UTC)
    more: dict[str, bytes | None] = {}
    for tag, result in zip(list(waiting), results, strict=True):
        _, samples = told[tag]
        values = getattr(result.HistoryData, "DataValues", None) or []
        samples += [sample(tag, value, received) for value in values if moment_given(value)]
        told[tag] = (int(result.StatusCode.value) & 0xFFFF0000, samples)
        if result.ContinuationPoint and result.ContinuationPoint != waiting[tag]:
            more[tag] = result.ContinuationPoint
    return more


def moment_given(value: ua.DataValue) -> bool:
    """Tell whether a historic value has a time; one without says only that there is none."""
    return value.SourceTimestamp is not None or value.ServerTimestamp is not None
