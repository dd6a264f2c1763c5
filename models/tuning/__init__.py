"""Search for settings that work: what was good elsewhere proposes, successive halving on evidence decides."""

from models.tuning.halving import Ranking, Trial, successive_halving
from models.tuning.held_out import HeldOut, Losses
from models.tuning.proposals import Proposal, proposals
from models.tuning.sharing import made

__all__ = ["HeldOut", "Losses", "Proposal", "Ranking", "Trial", "made", "proposals", "successive_halving"]
