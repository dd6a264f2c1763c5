"""Fixtures shared by the whole suite."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.accounts import every_record_is_accounted_for  # noqa: F401 - a fixture over every test
from tests.fresh_journals import fresh_journals_are_cast, step_by_step  # noqa: F401 - fixtures
from tests.private_postgres import postgres  # noqa: F401 - a fixture
from tests.sharing import Together, longest_first

os.environ.setdefault("OMP_NUM_THREADS", "1")
# Nothing of what is imported and collected is garbage: a fifth of that time went into looking for some.
gc.disable()
# Nothing is timed: what Hypothesis found slow on a busy machine says nothing of the program. The suite looks at the
# same examples each time, so that what passed once passes again; QC_SEARCH=1 draws new ones (tests/README.md).
settings.register_profile(
    "house",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    derandomize="QC_SEARCH" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

PACKS = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    """Give whole groups of tests to workers where ``--dist loadfile`` is asked for."""
    return Together(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let workers begin with what takes long."""
    if hasattr(config, "workerinput"):
        longest_first(items)


def pytest_collection_finish() -> None:
    """Take what was imported and collected out of the garbage collector's sight: it stays to the end.

    For the rest it looks less often: tests make much and keep little.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


@pytest.fixture(scope="session")
def packs_dir() -> Path:
    """The folder of real stage packs beside the checkout; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("QC_PACKS", PACKS))
    if not (folder / "gold_rougher" / "dataset.json").exists():
        pytest.skip(f"no real stage packs at {folder} (set QC_PACKS to a folder of packs)")
    return folder
