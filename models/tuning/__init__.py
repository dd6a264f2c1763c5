"""Search for settings that work: what was good elsewhere proposes, successive halving on evidence decides."""

from models.tuning.halving import Ranking, Trial, successive_halving

__all__ = ["Ranking", "Trial", "successive_halving"]
