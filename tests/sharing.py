"""Which tests stay together on one worker: those of a file, and those of a folder that share a plant made once a run.

Longest groups go first, so that small files fill up the end.
"""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

#: Folders whose tests share plants that take seconds to make.
TOGETHER = ("tests/api", "tests/jobs", "tests/pages")
#: Files in them that make their own, and take minutes with their slow tests.
ALONE = ("tests/jobs/test_hanging.py", "tests/jobs/test_kills.py", "tests/pages/test_hostile.py")
#: Files whose tests share nothing and take long: any worker takes the next.
APART = ("tests/faults/test_histories.py",)
#: So many others take as long as one that is slow or waits for a browser.
SLOW = 60


class Together(LoadScopeScheduling):
    """Gives workers whole groups, see `group_of`, in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def longest_first(items: list[pytest.Item]) -> None:
    """Order tests by the time that their groups take, as far as marks and counts tell it; groups stay whole."""
    weight: Counter[str] = Counter()
    for item in items:
        slow = any(item.get_closest_marker(mark) for mark in ("slow", "browser"))
        weight[group_of(item.nodeid)] += SLOW if slow else 1
    items.sort(key=lambda item: -weight[group_of(item.nodeid)])


def group_of(nodeid: str) -> str:
    """Return the group of a test: a folder, a file, or the test itself.

    >>> group_of("tests/jobs/test_train.py::test_a[x/y]"), group_of("tests/app/test_cli.py::test_b")
    ('tests/jobs', 'tests/app/test_cli.py')
    """
    file = nodeid.partition("::")[0]
    if file in APART:
        return nodeid
    if file in ALONE:
        return file
    folders = {str(parent) for parent in PurePosixPath(file).parents}
    return next((folder for folder in TOGETHER if folder in folders), file)
