"""A mixture over priors: which Gaussian processes are plausible for such stages, learned from the sisters."""

from models.learners.prior_mixture.learner import PriorMixture

__all__ = ["PriorMixture"]
