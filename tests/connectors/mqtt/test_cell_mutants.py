"""F16, F18: listeners as people write them at first, each found out by the test of its cell on a real broker."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_connectors.live.messages import Messages
from data_connectors.mqtt.link import Link
from data_connectors.mqtt.listening import Listening
from tests.connectors.mqtt import conftest, test_mqtt
from tests.connectors.mqtt.broker import Broker

#: What a mutant never does is waited for no longer than this.
BRIEF_S = 4.0


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "PATIENCE_S", BRIEF_S)


@pytest.mark.slow
def test_f16_a_listener_that_believes_in_its_session_is_found_out(
    fleeting: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: whether the broker still had the session is not looked at, so what it forgot is no gap."""
    monkeypatch.setattr(Listening, "_note_gap", lambda _self, *, present: None)  # noqa: ARG005 - the real one's name
    with pytest.raises(AssertionError, match="waited for the gap"):
        test_mqtt.test_a_session_lost_while_we_were_away_is_a_gap_that_begins_when_we_last_kept_something(
            fleeting, tmp_path
        )


def test_f18_a_retained_value_taken_for_new_is_found_out(
    fleeting: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Link._on_message

    def trusting(self: Link, client: object, told: object, message: object) -> None:
        message.retain = False  # type: ignore[attr-defined]
        real(self, client, told, message)  # type: ignore[arg-type]

    monkeypatch.setattr(Link, "_on_message", trusting)
    with pytest.raises(AssertionError):
        test_mqtt.test_retained_values_are_not_new(fleeting, tmp_path)


@pytest.mark.slow
def test_f18_a_message_that_cannot_be_read_and_is_dropped_is_found_out(
    fleeting: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: what is no JSON is passed over in silence; received and kept are not the same any more."""
    real = Messages._json

    def forgiving(self: Messages, message: object) -> list[object]:
        try:
            return real(self, message)  # type: ignore[arg-type, return-value]
        except ValueError:
            return []

    monkeypatch.setattr(Messages, "_json", forgiving)
    with pytest.raises(AssertionError, match="waited for both"):
        test_mqtt.test_a_message_that_cannot_be_read_goes_to_quarantine_and_the_next_is_read(
            fleeting, tmp_path, b"{nonsense", "not_json", "it is no JSON"
        )


@pytest.mark.slow
def test_f18_two_clients_with_one_id_that_nobody_names_are_found_out(
    fleeting: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Link, "taken", property(lambda _self: False))
    monkeypatch.setattr("data_connectors.mqtt.listening.SHORT_ENDS", 1_000_000)
    with pytest.raises(AssertionError, match="the name of the trouble"):
        test_mqtt.test_two_clients_with_one_id_are_named(fleeting, tmp_path, "5")
