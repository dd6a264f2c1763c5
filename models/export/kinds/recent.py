"""The recent level: every length and noise on the newest labels, and every stretch since a jump, in time alone.

In double precision: the prior variance of the level may be ten thousand times the noise, and is taken off again.
"""

from __future__ import annotations

import numpy as np

from models.export.answers import Said, Units, answer
from models.export.graph import Tensor
from models.learners.recent.answer import Recently
from models.learners.recent.stepped import Stepped
from models.learners.recent.steps import ODD, ODD_SPREAD, SETTINGS, weights
from models.learners.recent.wandering import LENGTHS, NOISES, Wandering


@answer.register
def _recently(respond: Recently, units: Units) -> Said:
    time = units.time(respond.stepped.last)
    mean, square = _wandering(respond.wandering, time)
    steps, theirs = _stepped(respond.stepped, time)
    apart = (steps - mean) * 0.5
    after, where = time >= respond.stepped.last, units.graph.where
    both = (square + theirs) * 0.5 + apart.square()
    return Said(where(after, mean + apart, mean), where(after, both, square).sqrt(), respond.wandering.freedom)


def _wandering(respond: Wandering, time: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and squared scale: `wandering.Wandering`."""
    fitted = respond.fitted
    apart = (time.column() - respond.times).abs() / respond.span
    inverse = np.swapaxes(fitted.inverse, 1, 2)
    middle, square = time * 0.0, time * 0.0
    for i, length in enumerate(LENGTHS):
        star = ((apart * (-1.0 / float(length))).exp() + respond.variance) @ fitted.vectors[i]
        mean = star @ (fitted.rotated[i][:, None] * inverse[i])
        room = (1.0 + respond.variance + NOISES) - star.square() @ inverse[i]
        spread = room.at_least(1e-9) * respond.scale[i]
        middle = middle + mean @ respond.weight[i]
        square = square + (spread + mean.square()) @ respond.weight[i]
    return respond.level + middle, (square - middle.square()).at_least(0.0)


def _stepped(respond: Stepped, time: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and squared scale: `steps.at`; before the last label, where nobody asks, as at it."""
    rate, reach, noise = SETTINGS.T
    stretch, weight = respond.stretch, weights(respond.stretch, respond.prior)
    ahead = (time - respond.last).at_least(0.0) / respond.span
    stays = (ahead.column() * -rate).exp()
    mean = stays @ (weight * stretch.mean)
    rest = float(weight @ (reach**2 + (1.0 - ODD) * noise**2)) + ODD * ODD_SPREAD**2
    square = stays @ (weight * (stretch.square - reach**2)) + rest
    variance = (square - mean.square()).at_least(1e-12)
    return respond.level + mean * respond.spread, variance * respond.spread**2
