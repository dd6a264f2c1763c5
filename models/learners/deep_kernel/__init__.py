"""A Gaussian process whose kernel and mean are learned across stages, and weighed anew at each stage."""

from models.learners.deep_kernel.learner import DeepKernel

__all__ = ["DeepKernel"]
