"""What nets expect of the units, moved by the level of what they left of the labels."""

from __future__ import annotations

from models.export.answers import Said, Units, answer
from models.export.kinds.lens import expected
from models.learners.tracked import Moved


@answer.register
def _moved(respond: Moved, units: Units) -> Said:
    said = answer(respond.rest, units)
    return Said(said.mean + expected(respond.gaze, units) * respond.scale, said.scale, said.freedom)
