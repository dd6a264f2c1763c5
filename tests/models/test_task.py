"""Tasks bring arrays into shape, or say what does not fit."""

import numpy as np
import pytest

from models import Task
from models.errors import TaskError


def _task(**changes):
    given = {"stage": "s", "characteristic": "c", "columns": ["a", "b"], "support_x": [[1, 2]], "support_y": [3]}
    return Task(**{**given, **changes})


def test_infinite_becomes_missing_and_the_caller_keeps_their_array():
    x = np.array([[np.inf, 2.0]])
    assert np.isnan(_task(support_x=x).support_x[0, 0])
    assert np.isinf(x[0, 0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": ["a", "a"]}, "named twice"),
        ({"kind": "ordinal"}, "use 'continuous' or 'binary'"),
        ({"support_x": [[1.0]]}, "one column for each"),
        ({"support_y": [1.0, 2.0]}, "one for each row"),
        ({"support_y": [np.nan]}, "leave out units without a label"),
        ({"support_y": [2.0], "kind": "binary"}, "must be 0 or 1"),
        ({"support_x": [["wide", "narrow"]]}, "no number"),
        ({"groups": ["g", "h"]}, "one for each labelled unit"),
        ({"gauge_sd": -1.0}, "standard deviation of 0 or more"),
        ({"support_t": [1.0, 2.0]}, "one for each row"),
    ],
)
def test_what_does_not_fit_is_said(changes, message):
    with pytest.raises(TaskError, match=message):
        _task(**changes)


def test_no_label_at_all_is_a_task():
    task = _task(support_x=[], support_y=[])
    assert task.support_x.shape == (0, 2)
    assert task.unlabelled_x.shape == (0, 2)
