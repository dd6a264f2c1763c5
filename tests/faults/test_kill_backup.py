"""F38 under kill -9: what is there under a backup's name is whole, wherever the program died."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from qc_app.errors import StoreDamaged, StoreError
from qc_app.settings import Settings
from qc_app.store import backup, conservation, open_store
from tests.faults.victims import SOURCE, STAGE
from tests.store.test_backup import filled

SEED = 20260301


def half(folder: Path) -> int:
    """How many sets of a folder a restore would take though they are not whole; under whatever name they lie."""
    found = 0
    for number, path in enumerate(sorted(folder.iterdir())):
        home = folder.parent / f"restored-{number}"
        try:
            with backup.unpacked(path, home, None):
                pass
        except (StoreDamaged, StoreError):
            assert path.name.startswith("."), f"{path} has the name of a backup and is none"
            continue
        found += not whole(home)
    return found


def whole(home: Path) -> bool:
    """Whether a restored home balances and has something of everything."""
    try:
        with open_store(Settings(home=home)) as store:
            faults = conservation.of_source(store, STAGE.id, SOURCE, "measurements")
            parts = (store.lake.units(STAGE.id), store.registry.list(), list((home / "uploads").rglob("*.csv")))
            return not faults and all(parts)
    except StoreDamaged:
        return False


def killed(nursery, tmp_path: Path, kills: int, *, mutant: bool = False) -> tuple[Path, int]:
    filled(tmp_path / "home").close()
    folder, random = tmp_path / "kept", Random(SEED)
    folder.mkdir()
    for _ in range(kills):
        steps = 1 + random.randrange(25)
        nursery.kill("back_up", steps, random.random(), home=str(tmp_path / "home"), folder=str(folder), mutant=mutant)
    return folder, kills


@pytest.mark.slow
def test_a_backup_that_was_killed_is_none(nursery, tmp_path):
    folder, _ = killed(nursery, tmp_path, 20)
    assert half(folder) == 0, f"seed {SEED}"
    assert any(path.name.startswith("set-") for path in folder.iterdir()), "none was ever finished"
    assert any(path.name.startswith(".") for path in folder.iterdir()), "none was ever killed"
    with open_store(Settings(home=tmp_path / "home")) as store:
        backup.take(store, folder / "set-after")
    assert not list((tmp_path / "home").glob(".backup-*")), "what the killed left lies about"


@pytest.mark.slow
def test_a_list_that_comes_first_is_found_out(nursery, tmp_path):
    folder, _ = killed(nursery, tmp_path, 8, mutant=True)
    assert half(folder) > 0, f"seed {SEED}: the checker sees no difference between a backup and its mutant"
