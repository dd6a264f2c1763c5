"""Rows to tasks and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Characteristic, Parameter, Stage
from models.base import Prediction
from models.errors import StateError
from models.state import State, from_bytes, to_bytes
from qc_app import framing
from qc_app.records import PREDICTION_COLUMNS

START = datetime(2026, 3, 1, tzinfo=UTC)
PRESS = Stage("p", "A", "press", (Parameter("force", "kN"), Parameter("temp", "degC")),
              (Characteristic("y", "mm", lower=0.0, upper=9.0, gauge_sd=0.1),))  # fmt: skip


def rows(n=6, columns=("force", "temp")):
    frame = pl.DataFrame({"unit_id": [f"u{i}" for i in range(n)],
                          "t_event": [START + timedelta(seconds=i + 0.25) for i in range(n)]})  # fmt: skip
    return frame.with_columns(**{c: pl.Series([float(i + len(c)) for i in range(n)]) for c in columns})


def labels(**values):
    return pl.DataFrame({"unit_id": list(values), "value": list(values.values())},
                        schema={"unit_id": pl.String, "value": pl.Float64})  # fmt: skip


def test_labelled_units_are_support_and_the_rest_is_not():
    task = framing.task(PRESS, "y", rows().reverse(), labels(u4=4.0, u1=1.0, unknown=9.0))
    assert task.support_y.tolist() == [1.0, 4.0]
    assert task.support_x.tolist() == [[6.0, 5.0], [9.0, 8.0]]
    assert task.support_t[0] == START.timestamp() + 1.25
    assert len(task.unlabelled_x) == 4
    assert (task.limits, task.gauge_sd) == ((0.0, None, 9.0), 0.1)


def test_caps_keep_the_newest():
    task = framing.task(PRESS, "y", rows(), labels(u0=0.0, u1=1.0), unlabelled_cap=2, support_cap=1)
    assert task.support_y.tolist() == [1.0]
    assert task.unlabelled_x[:, 0].tolist() == [9.0, 10.0]


def test_missing_columns_and_values_are_nan():
    frame = rows(2, ["force"]).with_columns(force=pl.Series([None, 1.0]))
    task = framing.task(PRESS, "y", frame, labels())
    assert np.isnan(task.unlabelled_x).tolist() == [[True, True], [False, True]]
    assert task.support_x.shape == (0, 2)


def test_family_holds_only_true_sisters():
    other = Stage("q", "A", "press", (Parameter("force", "N"), Parameter("temp", "degC")), PRESS.characteristics)
    y = PRESS.characteristics[0]
    assert framing.family_name(PRESS, y) != framing.family_name(other, y)
    twin = Stage("r", "B", "press", PRESS.parameters, PRESS.characteristics)
    assert framing.family_name(PRESS, y) == framing.family_name(twin, y)


def test_frozen_task_is_equal_to_the_last_bit():
    frame = rows().with_columns(unit_id=pl.col("unit_id").str.replace("u", "lot/"))
    task = framing.task(PRESS, "y", frame, labels(**{"lot/2": 1 / 3}))
    again = framing.thaw(from_bytes(to_bytes(framing.freeze(task))))
    for name in ("support_x", "support_y", "support_t", "unlabelled_x", "unlabelled_t"):
        np.testing.assert_array_equal(getattr(again, name), getattr(task, name))
    assert again.groups.tolist() == ["lot"]
    assert (again.family, again.limits, again.columns) == (task.family, task.limits, task.columns)
    with pytest.raises(StateError, match="no frozen task"):
        framing.thaw(State({"learner": "ridge"}))


def test_unfold_keeps_units_and_says_who_answered():
    n = np.arange(3.0)
    prediction = Prediction(n, n - 1, n + 1, n / 10, n > 1, 0.8)
    frame = framing.unfold(prediction, rows(3), characteristic="y", tier="champion", model_id="m", at=START)
    assert dict(frame.schema) == PREDICTION_COLUMNS
    assert frame["unit_id"].to_list() == ["u0", "u1", "u2"]
    assert frame["in_domain"].to_list() == [False, False, True]
    assert set(frame["model_id"]) == {"m"}
