"""The checker itself: a store that loses, doubles, invents or tears is seen, each by its own number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.ledger import Ledger, faults_of

RECORDS = [("a", 1), ("b", 2), ("c", 3)]
NONE = {"lost": 0, "phantom": 0, "dup": 0, "torn": 0}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "ledger")
    made.offer(RECORDS)
    made.ack(RECORDS[:2])
    return made


@pytest.mark.parametrize(
    ("stored", "wrong"),
    [
        (RECORDS, {}),
        (RECORDS[:2], {}),
        (RECORDS[1:], {"lost": 1}),
        ([*RECORDS, ("a", 1)], {"dup": 1}),
        ([*RECORDS, ("z", 9)], {"phantom": 1}),
        ([("a", 7), *RECORDS[1:]], {"lost": 1, "torn": 1}),
    ],
)
def test_each_fault_has_its_number(ledger: Ledger, stored: list[tuple[str, int]], wrong: dict[str, int]) -> None:
    assert faults_of(ledger, stored) == NONE | wrong
    assert faults_of(Ledger.read(ledger.path), stored) == NONE | wrong, "another process reads the same"


def test_what_is_held_or_in_a_gap_is_not_lost(ledger: Ledger) -> None:
    assert faults_of(ledger, [], held=[("a", 1)], gaps=[("b", 2)]) == NONE


def test_a_line_that_was_cut_off_is_no_entry(ledger: Ledger) -> None:
    with ledger.path.open("a") as file:
        file.write('["acked", [["c", ')
    assert Ledger.read(ledger.path).acked == set(RECORDS[:2])
