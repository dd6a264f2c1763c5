"""What a break costs, without a server: gaps, marks, and losses that may not go unnoticed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua

from data_connectors.live import Sample
from data_connectors.opcua.continuity import Mark, Recollection, clock_back, moved
from data_connectors.opcua.memory import Memory
from data_connectors.opcua.options import Options
from data_connectors.opcua.subscription import Subscription

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PACE = timedelta(seconds=1)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def said(seconds: float, tag: str = "a", value: float = 1.0) -> Sample:
    return Sample(tag, value, after(seconds), after(seconds), after(seconds))


def recalled(
    *seconds: float, started: float | None = None, silent: tuple[str, ...] = (), tag: str = "a"
) -> Recollection:
    found = Recollection(Mark(tag, NOON, NOON), None if started is None else after(started), {"a"}, silent)
    found.hear([said(s) for s in seconds])
    return found


@pytest.mark.parametrize(
    ("found", "gap"),
    [
        (recalled(-2, 0, 1, 2), None),
        (recalled(-2, 0, 1, 2, started=-100), None),
        (recalled(5, 6), ("no_history", 0, 5)),
        (recalled(), ("no_history", 0, 10)),
        (recalled(0, 1, silent=("b",)), ("no_history", 0, 10)),
        (recalled(0, 1, 7, started=6), ("server_down", 1, 6)),
        (recalled(0, 1, 2, 3, 4, 5, 6, started=5.5), None),
        (recalled(-3, 1, 2, tag="gone"), None),
        (recalled(1, 2, tag="gone"), ("no_history", 0, 1)),
        (recalled(0.0004, 1), None),
    ],
)
def test_a_gap_is_what_the_history_does_not_prove(found: Recollection, gap: tuple[str, float, float] | None) -> None:
    told = found.gap(after(10), PACE)
    assert (None if told is None else (told.cause, told.since, told.until)) == (
        None if gap is None else (gap[0], after(gap[1]), after(gap[2]))
    )


def test_the_mark_never_goes_back_nor_beyond_the_present() -> None:
    mark = moved(None, [said(1), said(3, "b"), said(2), said(99)], after(5))
    assert mark == Mark("b", after(3), after(3))
    assert Mark.parse("") is None


def test_a_clock_that_was_put_back_leaves_a_gap_by_our_clock() -> None:
    gap = clock_back(Mark("a", after(3600), after(-5)), after(2))
    assert (gap.cause, gap.since, gap.until) == ("clock_back", after(-5), after(2))


def test_what_both_told_is_kept_once_and_a_clock_put_back_loses_nothing() -> None:
    memory = Memory()
    memory.note([said(1), said(5)], NOON)
    assert memory.news_of_history([said(1), said(5), said(6)], after(5)) == [said(6)]
    memory.note([said(6)], NOON)
    assert memory.news_of_subscription([said(6), said(7), said(9)]) == [said(7), said(9)]
    back = said(-3600)
    assert memory.news_of_subscription([back]) == [back]


def test_a_value_that_a_subscription_lost_comes_from_the_history() -> None:
    memory = Memory()
    memory.note([said(1), said(3)], NOON)
    assert memory.news_of_history([said(1), said(2), said(3)], after(3)) == [said(2)]


def test_a_history_that_was_half_told_is_not_told_again_and_memory_stays_small() -> None:
    memory = Memory()
    memory.note([said(s) for s in range(1000)], after(990))
    assert memory.news_of_history([said(500), said(999), said(1000)], after(0)) == [said(1000)]
    assert len(memory._recent) == 10


def told(number: int, *values: ua.DataValue) -> ua.PublishResult:
    items = [ua.MonitoredItemNotification(ua.IntegerId(1), value) for value in values]
    news = [ua.DataChangeNotification(MonitoredItems=items)] if items else []
    return ua.PublishResult(1, NotificationMessage=ua.NotificationMessage(ua.Counter(number), NOON, news))


def value(seconds: float, status: int = 0) -> ua.DataValue:
    return ua.DataValue(ua.Variant(seconds), ua.StatusCode(ua.UInt32(status)), after(seconds), after(seconds))


def heard(*messages: ua.PublishResult, buffer: int = 100) -> Subscription:
    subscription = Subscription(None, Options("opc.tcp://x", buffer=buffer))  # type: ignore[arg-type]
    subscription._tags = {1: "a"}
    for message in messages:
        subscription._told(message)
    return subscription


def test_messages_in_a_row_are_taken() -> None:
    subscription = heard(told(1, value(1)), told(0), told(2, value(2), value(3)))
    assert [one.value for one in subscription.drain()] == [1, 2, 3]
    assert subscription.broken == ""


@pytest.mark.parametrize(
    ("subscription", "words", "kept", "lost"),
    [
        (heard(told(1, value(1)), told(3, value(3))), "messages 2 to 2 never came", [1], 1),
        (heard(told(1, value(1)), told(2, value(2, 0x0480), value(3))), "queue of a ran over", [1], 2),
        (heard(told(1, *(value(i) for i in range(5))), buffer=3), "faster than the disk", [0, 1, 2], 2),
    ],
)
def test_after_a_loss_nothing_more_is_taken_for_the_history_is_asked(
    subscription: Subscription, words: str, kept: list[float], lost: int
) -> None:
    assert words in subscription.broken
    assert [one.value for one in subscription.drain()] == kept
    assert subscription.lost == lost
