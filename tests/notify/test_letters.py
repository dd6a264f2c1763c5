"""Who is told of what, in which words; pure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qc_app.notify import concerns, letter_of
from qc_app.notify.letters import News
from qc_app.plant import Calendar, Route, Shift
from qc_app.records import Alarm, AlarmMove

from .conftest import NOON, plant_with

DAY_SHIFT = Calendar((Shift("day", "06:00", "18:00"), Shift("night", "18:00", "06:00")))
PLANT = plant_with(calendar=DAY_SHIFT)


def alarm(number=1, stage="casting-1", priority="high", **given):
    return Alarm(given.pop("kind", "drift"), stage, "speed", priority, "unacknowledged", NOON, NOON, f"a{number} moved",
                 consequence="it gets worse", steps=["look", "act"], id=number, **given)  # fmt: skip


def news(number, **given):
    return News(alarm(number, **given), AlarmMove(number, NOON, "raise", "normal", "unacknowledged", "p", id=number))


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ({"least": "high"}, {"casting high", "plant high"}),
        ({"lines": ("south",)}, {"rolling medium", "plant high"}),
        ({"kinds": ("disk",)}, {"plant high"}),
        ({"shifts": ("day",)}, {"casting high", "rolling medium", "plant high"}),
        ({"shifts": ("night",)}, set()),
        ({"least": "low"}, {"casting high", "rolling medium", "plant high", "casting low"}),
    ],
)
def test_a_route_is_told_what_it_asks_for(route, told):
    alarms = {
        "casting high": alarm(),
        "rolling medium": alarm(stage="rolling-1", priority="medium"),
        "plant high": alarm(stage="", kind="disk"),
        "casting low": alarm(priority="low"),
    }
    here = Route("r", "env:X", **route)
    assert {name for name, one in alarms.items() if concerns(here, PLANT, one, NOON)} == told
    late = {name for name, one in alarms.items() if concerns(here, PLANT, one, NOON + timedelta(hours=9))}
    assert bool(late) is (route.get("shifts") != ("day",))


def test_one_alarm_says_all_and_links_to_itself():
    letter = letter_of(Route("r", "env:X"), PLANT, [news(7)], "https://qc.works", NOON)
    assert letter.title == "[high] casting-1: a7 moved"
    for part in ("If nobody responds: it gets worse", "1. look", "2. act", "https://qc.works/alarms?alarm=7"):
        assert part in letter.body
    assert letter.content["alarms"][0]["line"] == "north"


def test_many_alarms_are_one_letter_the_gravest_first():
    told = [news(n, priority="medium") for n in range(1, 30)] + [news(30)]
    letter = letter_of(Route("r", "env:X"), PLANT, told, "https://qc.works", NOON)
    assert letter.title.startswith("30 alarms at Works, 1 high; first: casting-1: a30 moved")
    assert letter.body.index("a30 moved") < letter.body.index("a1 moved")
    assert letter.body.endswith("and 20 more: https://qc.works/alarms")
    assert len(letter.content["alarms"]) == 30


def test_the_same_news_have_the_same_key_and_others_another():
    route = Route("r", "env:X")
    one, same, other = (letter_of(route, PLANT, [news(n)], "https://a", NOON).key for n in (1, 1, 2))
    assert one == same != other
    assert letter_of(Route("q", "env:X"), PLANT, [news(1)], "https://a", NOON).key != one


def test_a_title_is_one_line_however_hostile():
    letter = letter_of(Route("r", "env:X"), PLANT, [news(1, stage="a\r\nBcc: x@y")], "https://a", NOON)
    assert "\n" not in letter.title
    assert "\r" not in letter.title
    assert len(letter.title) <= 160
