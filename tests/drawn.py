"""How many examples a property looks at."""

from __future__ import annotations

import os


def examples(few: int, many: int) -> int:
    """Return few for the same examples each time, many where new ones are drawn (``QC_SEARCH=1``)."""
    return many if "QC_SEARCH" in os.environ else few
