"""A stretch of a historian, asked again: the rows that a listener would have made."""

from __future__ import annotations

from data_connectors import conform
from data_connectors.base import Remembering
from tests.connectors.pi_web_api.historian import Historian
from tests.connectors.pi_web_api.test_pi_web_api import STAGE, at, connector, historian  # noqa: F401 - the fixture


def test_units_of_a_stretch_are_whole_at_both_ends(historian: Historian) -> None:  # noqa: F811 - the fixture
    for minute in range(40):
        historian.put("Lot", at(60 * minute), f"L{minute}")
        historian.put("T1", at(60 * minute + 30), 800.0 + minute)
    made = connector(historian, rows="unit", columns={"temp": "T1", "feed": "F1"})
    assert isinstance(made, Remembering)
    batches = list(made.past(STAGE, at(600), at(1200)))
    rows = [row for b in batches for row in conform(b, STAGE, made.source, at(7200)).rows.rows(named=True)]
    assert [(row["unit_id"], row["temp"]) for row in rows] == [(f"L{n}", 800.0 + n) for n in range(9, 19)]
    assert all(at(600) <= row["t_event"] < at(1200) for row in rows)


def test_a_long_stretch_is_asked_in_pieces_and_told_once(historian: Historian) -> None:  # noqa: F811 - the fixture
    for hour in range(30):
        historian.put("T1", at(hour * 3600), float(hour))
    batches = list(connector(historian).past(STAGE, at(0), at(20 * 3600)))
    values = [float(v) for b in batches for v in (b.frame["t1"] if "t1" in b.frame.columns else b.frame["T1"])]
    assert (len(batches), values) == (4, [float(n) for n in range(20)])
