"""S4 over the whole suite: whatever store a test filled, every record is accounted for when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qc_app.errors import StoreError
from qc_app.store import Journal, Lake, conservation
from qc_app.store.journal.labels import Labels


class Accounts:
    """Remembers which sources were stored into, and looks at them afterwards; a store that is gone is left alone."""

    def __init__(self) -> None:
        self.lakes: set[tuple[Path, str, str]] = set()
        self.journals: set[tuple[str, str, str]] = set()

    def faults(self) -> list[str]:
        found = [f for root, stage, source in self.lakes if root.exists() for f in _readable(root, stage, source)]
        for url, stage, source in self.journals:
            file = Path(url.removeprefix("sqlite:///"))
            if url.startswith("sqlite") and file.exists():
                journal = Journal(url)
                found += conservation.of_labels(journal.labels, stage, source)
                journal.close()
        return found


def _readable(root: Path, stage: str, source: str) -> list[str]:
    try:
        return conservation.of_lake(Lake(root), stage, source)
    except StoreError:  # the test damaged it
        return []


def watched(patch: pytest.MonkeyPatch) -> Accounts:
    """Let every commit be remembered while the patch lasts."""
    accounts, lake_commit, label_commit = Accounts(), Lake.commit, Labels.commit

    def into_lake(self, stage, source, *rest, **more):
        receipt = lake_commit(self, stage, source, *rest, **more)
        accounts.lakes.add((self.root, stage.id, source))
        return receipt

    def into_labels(self, stage_id, source, *rest, **more):
        receipt = label_commit(self, stage_id, source, *rest, **more)
        accounts.journals.add((str(self._database.url), stage_id, source))
        return receipt

    patch.setattr(Lake, "commit", into_lake)
    patch.setattr(Labels, "commit", into_labels)
    return accounts


@pytest.fixture(autouse=True)
def every_record_is_accounted_for() -> Iterator[Accounts]:
    with pytest.MonkeyPatch.context() as patch:
        accounts = watched(patch)
        yield accounts
        assert accounts.faults() == [], "promise S4: received = new + revisions + duplicates + quarantined + dropped"
