"""Which learners to believe for this family, at this number of labels: evidence from held-out stages."""

from models.learners.portfolio.learner import Portfolio

__all__ = ["Portfolio"]
