"""Which tests stay together on one worker: those of a file, and those of a folder that share a plant made once a run.

Longest groups go first, so that small files fill up the end.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

#: Folders whose tests share plants that take seconds to make.
TOGETHER = ("tests/api", "tests/jobs", "tests/pages")
#: Files whose tests share nothing and take long: any worker takes the next.
APART = ("tests/faults/test_histories.py",)


class Together(LoadScopeScheduling):
    """Gives workers whole groups, see `group_of`."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def group_of(nodeid: str) -> str:
    """Return the group of a test: a folder, a file, or the test itself.

    >>> group_of("tests/jobs/test_train.py::test_a[x/y]"), group_of("tests/app/test_cli.py::test_b")
    ('tests/jobs', 'tests/app/test_cli.py')
    """
    file = nodeid.partition("::")[0]
    if file in APART:
        return nodeid
    folders = {str(parent) for parent in PurePosixPath(file).parents}
    return next((folder for folder in TOGETHER if folder in folders), file)
