"""Windows of continuous processes: against a count second by second, and in any order and cut of the samples."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors.errors import DefinitionError
from data_connectors.rows.windows import SAMPLES, STATISTICS, Assembly, sound, tall, unit_at, unit_rows, windowed
from data_connectors.schema import Parameter, Stage, Window
from tests.drawn import examples

START = datetime(2026, 3, 29, tzinfo=UTC)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def frame(rows) -> pl.DataFrame:
    return pl.DataFrame([(tag, at(t), v, q) for tag, t, v, q in rows], schema=SAMPLES, orient="row")


sample = st.tuples(
    st.sampled_from(["a", "b"]),
    st.integers(0, 120),
    st.integers(-5, 5).map(float),
    st.sampled_from(["good", "good", "uncertain", "bad"]),
)
shape = st.sampled_from([Window(20, 20), Window(30, 10, 7), Window(10, 20, hold_s=5), Window(20, 20, hold_s=40)])


def by_the_second(samples: pl.DataFrame, window: Window, tag: str, begin: int) -> dict[str, float | None]:
    """What stood in each second of a window, one after the other."""
    mine = samples.filter(pl.col("tag") == tag).rows(named=True)
    stood = []
    for second in range(begin, begin + window.length_s):
        before = [s for s in mine if s["t"] <= at(second)]
        newest = before[-1] if before else None
        fresh = newest is not None and (at(second) - newest["t"]).total_seconds() < window.holds_s
        stood.append(newest if fresh else None)
    values = np.array([s["value"] for s in stood if s is not None and s["value"] is not None])
    good = sum(s is not None and s["quality"] == "good" for s in stood) / window.length_s
    if not len(values):
        return {"mean": None, "sd": None, "min": None, "max": None, "last": None, "good": good}
    return {"mean": values.mean(), "sd": values.std(), "min": values.min(), "max": values.max(), "last": values[-1],
            "good": good}  # fmt: skip


@given(st.lists(sample, min_size=1, max_size=25), shape)
@settings(max_examples=60, deadline=None)
def test_statistics_are_those_of_a_count_second_by_second(rows, window):
    samples = sound(frame(rows))
    made = unit_rows(samples, window, ["a", "b"])
    for unit in made.rows(named=True):
        begin = int((unit["t_event"] - START).total_seconds()) - window.length_s - window.dead_s
        for tag in ("a", "b"):
            for name, value in by_the_second(samples, window, tag, begin).items():
                told = unit[f"{tag}.{name}"]
                assert (told is None) == (value is None)
                assert value is None or told == pytest.approx(value, abs=1e-9)


def played(kind, rows, window, rng: random.Random) -> dict[str, dict]:
    """Units as they stand after the samples came shuffled, in pieces, some twice, with restarts in between."""
    assembly = kind(window, ["a", "b"], keep_s=1000)
    arrivals = [*rows, *rng.sample(rows, len(rows) // 2)]
    rng.shuffle(arrivals)
    newest: dict[str, dict] = {}
    while arrivals:
        n = rng.randint(1, 5)
        cut, arrivals = arrivals[:n], arrivals[n:]
        if rng.random() < 0.3:
            assembly = kind(window, ["a", "b"], keep_s=1000, kept=assembly.kept, told=assembly.told)
        newest |= {unit["unit_id"]: unit for unit in assembly.add(frame(cut)).rows.rows(named=True)}
    last = assembly.add(pl.DataFrame(schema=SAMPLES), until=at(900)).rows
    return newest | {unit["unit_id"]: unit for unit in last.rows(named=True)}


@given(st.lists(sample, min_size=1, max_size=30), shape, st.randoms(use_true_random=False))
@settings(max_examples=examples(20, 80), deadline=None)
def test_any_order_and_cut_gives_the_same_units(rows, window, rng):
    once = list({(tag, t): (tag, t, v, q) for tag, t, v, q in rows}.values())
    truth = unit_rows(sound(frame(once)), window, ["a", "b"])
    assert played(Assembly, once, window, rng) == {unit["unit_id"]: unit for unit in truth.rows(named=True)}


def test_the_property_catches_windows_that_late_samples_do_not_revise():
    class Deaf(Assembly):
        def _changed(self, taken):
            return super()._changed(taken).clear()

    rows = [("a", t, float(t), "good") for t in range(0, 120, 7)]
    truth = unit_rows(sound(frame(rows)), Window(20, 20), ["a", "b"])
    assert played(Deaf, rows, Window(20, 20), random.Random(1)) != {u["unit_id"]: u for u in truth.rows(named=True)}


def test_a_late_sample_revises_its_window_and_a_later_one_is_handed_back():
    assembly = Assembly(Window(60, 60), ["a"], lateness_s=10, keep_s=300)
    assert assembly.add(frame([("a", 5, 1.0, "good"), ("a", 65, 3.0, "good")])).rows.is_empty()  # 10 s may be late
    first = assembly.add(frame([("a", 71, 3.0, "good")])).rows
    assert first["a.mean"].to_list() == [1.0]
    again = assembly.add(frame([("a", 35, 9.0, "good")])).rows
    assert again["unit_id"].to_list() == first["unit_id"].to_list()
    assert again["a.max"].to_list() == [9.0]
    assembly.add(frame([("a", 1000, 3.0, "good")]))
    late = assembly.add(frame([("a", 6, 5.0, "good")]))
    assert late.rows.is_empty()
    assert late.late["t"].to_list() == [at(6)]
    assert assembly.kept.height == 1  # memory is bounded


def test_a_value_reported_by_change_counts_for_as_long_as_it_stood():
    changed = unit_rows(sound(frame([("a", 0, 10.0, "good"), ("a", 45, 20.0, "good")])), Window(60, 60), ["a"])
    each = [("a", s, 10.0 if s < 45 else 20.0, "good") for s in range(60)]
    steady = unit_rows(sound(frame(each)), Window(60, 60, hold_s=1), ["a"])
    names = [f"a.{name}" for name in STATISTICS if name != "slope"]
    np.testing.assert_allclose(changed[:1].select(names).to_numpy(), steady.select(names).to_numpy())


def test_bad_values_count_nowhere_and_lower_the_share():
    made = unit_rows(sound(frame([("a", 0, 1.0, "good"), ("a", 30, 99.0, "bad"), ("b", 0, float("inf"), "good")])),
                     Window(60, 60), ["a", "b"]).row(0, named=True)  # fmt: skip
    assert (made["a.mean"], made["a.max"], made["a.good"]) == (1.0, 1.0, 0.5)
    assert made["b.mean"] is None
    assert made["b.good"] == 0.0


def test_wide_rows_and_the_unit_of_a_moment():
    wide = pl.DataFrame({"t": [at(0), at(10)], "a": [1.0, None], "q": ["bad", "good"]})
    assert tall(wide, "t", ["a"], {"a": "q"}).rows() == [("a", at(0), None, "bad")]
    assert tall(wide, "t", ["z"]).is_empty()
    window = Window(60, 60, dead_s=30)
    made = unit_rows(sound(frame([("a", 0, 1.0, "good")])), window, ["a"])
    assert unit_at(window, made["t_event"][0]) == made["unit_id"][0]
    assert unit_at(window, made["t_event"][0] - timedelta(seconds=1)) != made["unit_id"][0]


def test_a_continuous_stage_is_stored_with_its_statistics():
    kiln = Stage("kiln", "A", "kiln", (Parameter("feed", "t/h"), Parameter("ph")), (), window=Window(600, 600))
    made = windowed(kiln)
    assert len(made.parameters) == 2 * len(STATISTICS)
    assert {p.name: p.unit for p in made.parameters}["ph.slope"] == ""
    assert windowed(made) is made


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"length_s": 0, "step_s": 1}, "length_s 0"),
        ({"length_s": 60, "step_s": 0}, "step_s 0"),
        ({"length_s": 60, "step_s": 60, "dead_s": -1}, "dead_s -1"),
        ({"length_s": 60, "step_s": 60, "hold_s": 0}, "hold_s 0"),
        ({"length_s": 6000, "step_s": 1}, "more than 64 windows"),
    ],
)
def test_impossible_windows_are_refused(wrong, words):
    with pytest.raises(DefinitionError, match=words):
        Window(**wrong)
