"""F14, F15: listeners as people write them at first, each found out by the test of its cell."""

from __future__ import annotations

from pathlib import Path

import pytest
from asyncua import ua

from data_connectors.opcua import values
from data_connectors.opcua.continuity import Recollection
from data_connectors.opcua.tags import Tag
from data_connectors.pki import certificates
from tests.connectors.opcua import test_continuity, test_faults, test_opcua, test_trust
from tests.connectors.opcua.server import Running


def test_f14_a_break_that_is_taken_for_harmless_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: after a break the values go on, and nothing says what was missed (the library's own way)."""
    monkeypatch.setattr(Recollection, "gap", lambda *_: None)
    with pytest.raises(AssertionError):
        test_continuity.test_a_gap_is_what_the_history_does_not_prove(test_continuity.recalled(), ("no_history", 0, 10))


@pytest.mark.slow
def test_f15_a_bad_value_kept_as_good_is_found_out(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "_QUALITIES", ("good",) * 4)
    with pytest.raises(AssertionError):
        test_opcua.test_bad_is_never_kept_as_good(
            running, tmp_path, ua.StatusCodes.BadSensorFailure, "bad", "BadSensorFailure"
        )


def test_f15_a_certificate_trusted_at_first_sight_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "_is_trusted", lambda *_: True)
    with pytest.raises(AssertionError):
        test_trust.test_from_pending_to_trusted_to_rejected_and_back(tmp_path)


def test_f15_a_rejection_that_is_not_asked_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "_holds", lambda *_: False)
    with pytest.raises(AssertionError):
        test_trust.test_a_rejected_certificate_is_refused_even_where_its_authority_is_trusted(tmp_path)


@pytest.mark.slow
def test_f15_namespaces_taken_by_their_number_are_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: the number that a namespace had at the first connection is used for ever."""
    real, numbers = Tag.node, dict[str, ua.NodeId]()

    def remembered(self: Tag, namespaces: object, where: str) -> ua.NodeId:
        return numbers.setdefault(self.text, real(self, namespaces, where))  # type: ignore[arg-type]

    monkeypatch.setattr(Tag, "node", remembered)
    monkeypatch.setattr(test_faults, "until", _briefly)
    with pytest.raises(AssertionError):
        test_faults.test_f15_namespaces_in_another_order_do_no_harm_and_a_node_that_went_is_named(tmp_path)


def _briefly(true: object, seconds: float = 6.0) -> None:
    from tests.waiting import until

    until(true, min(seconds, 6.0))  # type: ignore[arg-type]
