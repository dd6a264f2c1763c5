"""A source whose clock or zone is wrong is named: by the check, on the page Data, before a stage goes live."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qc_app.cli import main
from qc_app.clock import ManualClock
from qc_app.jobs.sources.ingest import ingest
from qc_app.settings import Settings
from qc_app.store import open_store, plant_in_force
from qc_app.views import sources_table

HEAD = "unit_id,time,force,width\n"


def deliver(tmp_path, name: str, times: list[datetime]) -> None:
    rows = [f"{name}{n},{at.isoformat(timespec='seconds')},50,9.9\n" for n, at in enumerate(times)]
    (tmp_path / "drop" / f"{name}.csv").write_text(HEAD + "".join(rows))


def verdict(home, now: datetime | None = None) -> tuple[str, str]:
    with open_store(Settings(home=home), clock=ManualClock(now) if now else None) as store:
        plant = plant_in_force(store)
        return sources_table(store, plant, plant.sources).select("state", "sentence").row(0)


def test_a_source_that_runs_three_hours_ahead_is_named_before_and_after_it_is_read(applied, tmp_path, capsys):
    now = datetime.now(UTC)
    deliver(tmp_path, "A", [now + timedelta(hours=3, minutes=n - 20) for n in range(20)])
    assert main(["check", "--source", "files"]) == 1
    assert "times lie up to 2 h 59 min in the future - correct the clock or zone of [sources.files]" in " ".join(
        capsys.readouterr().out.split()
    )
    assert main(["ingest"]) == 0
    state, sentence = verdict(applied)
    assert state == "watch"
    assert sentence.startswith("Its newest unit lies 17")
    assert sentence.endswith(" min in the future: correct its clock, or its zone in the plant file.")
    main(["check"])
    assert "but the newest unit of press is 2 h 5" in " ".join(capsys.readouterr().out.split())


def test_beyond_the_allowed_skew_rows_are_held_and_replayed_once_the_zone_is_right(applied, tmp_path, capsys):
    now = datetime.now(UTC)
    text = (tmp_path / "plant.toml").read_text().replace("settle_s = 0", "settle_s = 0\nmax_skew_s = 3600")
    (tmp_path / "plant.toml").write_text(text)
    assert main(["apply", "plant.toml"]) == 0
    local = [(now + timedelta(hours=2, minutes=n - 5)).replace(tzinfo=None) for n in range(3)]
    deliver(tmp_path, "A", local)
    assert main(["ingest"]) == 0
    assert verdict(applied) == ("watch", "3 in quarantine: decide below.")
    (tmp_path / "plant.toml").write_text(text.replace('zone = "UTC"', 'zone = "Etc/GMT-2"'))
    assert main(["apply", "plant.toml", "--reason", "its clock shows the local time"]) == 0
    assert main(["quarantine", "replay", "--all", "--reason", "zone"]) == 0
    assert verdict(applied) == ("ok", "Talking.")
    with open_store(Settings(home=applied)) as store:
        assert store.lake.units("press") == 3
    assert capsys.readouterr()


@pytest.mark.parametrize(
    ("lag", "spread", "named"),
    [(timedelta(hours=3), 1, True), (timedelta(minutes=90), 1, True), (timedelta(minutes=70), 1, False),
     (timedelta(hours=3), 40, False), (timedelta(minutes=2), 1, False)],
)  # fmt: skip
def test_units_that_all_come_the_same_hours_late_ask_for_the_zone(applied, tmp_path, lag, spread, named):
    """A clock in another zone makes every unit equally late; late deliveries are late in many ways."""
    start = datetime(2026, 3, 1, 6, tzinfo=UTC)
    clock = ManualClock(start)
    for n in range(8):
        clock.advance(timedelta(minutes=10))
        deliver(tmp_path, f"N{n}-", [clock.now() - lag - timedelta(minutes=spread * k / 4) for k in range(4)])
        with open_store(Settings(home=applied), clock=clock) as store:
            ingest(store, plant_in_force(store))
    state, sentence = verdict(applied, clock.now())
    assert (state, "is its zone or its clock right?" in sentence) == (("watch", True) if named else ("ok", False))
