"""Fixtures shared by the whole suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.accounts import every_record_is_accounted_for  # noqa: F401 - a fixture over every test
from tests.fresh_journals import fresh_journals_are_cast, step_by_step  # noqa: F401 - fixtures
from tests.private_postgres import postgres  # noqa: F401 - a fixture

os.environ.setdefault("OMP_NUM_THREADS", "1")

PACKS = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def packs_dir() -> Path:
    """The folder of real stage packs beside the checkout; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("QC_PACKS", PACKS))
    if not (folder / "gold_rougher" / "dataset.json").exists():
        pytest.skip(f"no real stage packs at {folder} (set QC_PACKS to a folder of packs)")
    return folder
