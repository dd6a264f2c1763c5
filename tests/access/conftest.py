"""A home with a journal and nothing else, and a clock for sessions that tests move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher

from qc_app.access import Actor, passwords
from qc_app.actions.access import sessions, signing
from qc_app.settings import Settings
from qc_app.store import Store, open_store

ADMIN = Actor("root", "administrator", place="here")


class Hand:
    """The machine's time, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function at a price that tests can pay; its real cost has a test of its own."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    monkeypatch.setattr(passwords, "NOBODY", cheap.hash("nobody knows this"))


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    made = Hand()
    for module in (sessions, signing):
        monkeypatch.setattr(module, "machine_now", made)
    from qc_app.actions.access import people

    monkeypatch.setattr(people, "machine_now", made)
    return made


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with open_store(Settings(home=tmp_path / "home"), create=True) as opened:
        yield opened
