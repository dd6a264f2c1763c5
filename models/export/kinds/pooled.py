"""Trees over all sisters, moved by the offset of the stage."""

from __future__ import annotations

from models.export.answers import Said, Units, answer
from models.export.kinds.trees import boosted
from models.learners.pooled import Shifted


@answer.register
def _shifted(respond: Shifted, units: Units) -> Said:
    x = units.aligned(respond.columns, respond.wanted)
    return Said(respond.offset + boosted(respond.trees, x), x.full(respond.scale), respond.freedom)
