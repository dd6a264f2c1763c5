"""Two-sample distances with their null distributions; the number of independent values is an argument."""

from models.drift.distances.areas import energy, shift_size, wasserstein
from models.drift.distances.base import Distance
from models.drift.distances.bins import jensen_shannon, psi
from models.drift.distances.counts import chi_square
from models.drift.distances.levels import level
from models.drift.distances.ranks import ks

__all__ = ["Distance", "chi_square", "energy", "jensen_shannon", "ks", "level", "psi", "shift_size", "wasserstein"]
