"""The recent level: every length and noise on the newest labels, in time alone.

In double precision: the prior variance of the level may be ten thousand times the noise, and is taken off again.
"""

from __future__ import annotations

import numpy as np

from models.export.answers import Said, Units, answer
from models.learners.recent import LENGTHS, NOISES, Wandering


@answer.register
def _wandering(respond: Wandering, units: Units) -> Said:
    fitted = respond.fitted
    apart = (units.time(respond.times.max()).column() - respond.times).abs() / respond.span
    inverse = np.swapaxes(fitted.inverse, 1, 2)
    middle, square = units.x.full(0.0), units.x.full(0.0)
    for i, length in enumerate(LENGTHS):
        star = ((apart * (-1.0 / float(length))).exp() + respond.variance) @ fitted.vectors[i]
        mean = star @ (fitted.rotated[i][:, None] * inverse[i])
        room = (1.0 + respond.variance + NOISES) - star.square() @ inverse[i]
        spread = room.at_least(1e-9) * respond.scale[i]
        middle = middle + mean @ respond.weight[i]
        square = square + (spread + mean.square()) @ respond.weight[i]
    total = (square - middle.square()).at_least(0.0)
    return Said(respond.level + middle, total.sqrt(), respond.freedom)
