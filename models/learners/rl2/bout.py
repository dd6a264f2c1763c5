"""Measuring one unit after the other: what is known of all units after each label, B stages side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

#: What a policy sees of a candidate: its variance and the fall of the stage's variance it would bring (logarithms),
#: distance to what was measured, how many units are like it, its predicted value and the square of it, likeness to
#: the last unit times how surprising that was, and how much nearer a measured unit would be to the others (logarithm).
SIGNS = 8
TINY = 1e-6


@dataclass(slots=True, eq=False)
class Bout:
    """B stages with p candidates and q other units each, under their surrogates.

    Parameters
    ----------
    covariance : Tensor, shape (B, p + q, p)
        Of all units with the candidates, given what was measured.
    variance, mean : Tensor, shape (B, p + q)
    noise : Tensor, shape (B,)
    alike : Tensor, shape (B, p, p)
        Correlations of the candidates before any label.
    dense : Tensor, shape (B, p)
        Mean likeness of each candidate to the others.
    spread : Tensor, shape (B, q, p)
        Correlations of the other units with the candidates before any label.
    covered : Tensor, shape (B, q)
        Likeness of each other unit to the nearest that was measured.
    near : Tensor, shape (B, p)
        Likeness to the nearest unit that was measured.
    recent : Tensor, shape (B, p)
        Likeness to the last unit measured, times the size of its surprise.
    free : Tensor, shape (B, p)
        1 where a candidate can still be measured.
    first : Tensor, shape (B,)
        Mean variance of the other units before any label.
    units : Tensor, shape (B, q)
        1 where there is a unit, 0 where a shorter stage was padded.
    """

    covariance: Tensor
    variance: Tensor
    mean: Tensor
    noise: Tensor
    alike: Tensor
    dense: Tensor
    spread: Tensor
    covered: Tensor
    near: Tensor
    recent: Tensor
    free: Tensor
    first: Tensor
    units: Tensor

    @classmethod
    def of(cls, covariance: Tensor, variance: Tensor, noise: Tensor, free: Tensor, units: Tensor) -> Self:
        """Begin before any label; nothing is known but that labels are standardized."""
        p = free.shape[1]
        sd = (variance + TINY).sqrt()
        alike = covariance / (sd[:, :, None] * sd[:, None, :p]) * free[:, None]
        none = torch.zeros_like(free)
        first = (variance[:, p:] * units).sum(dim=1) / units.sum(dim=1).clamp(min=1.0)
        dense = alike[:, :p].sum(dim=2) / free.sum(dim=1, keepdim=True).clamp(min=1.0)
        mean, covered = torch.zeros_like(variance), torch.zeros_like(units)
        shared = alike[:, :p], dense, alike[:, p:] * units[:, :, None], covered
        return cls(covariance, variance, mean, noise, *shared, none, none, free.clone(), first, units)

    def signs(self) -> Tensor:
        """Return what there is to see of every candidate, shape (B, p, `SIGNS`)."""
        p = self.free.shape[1]
        own = self.variance[:, :p]
        known = (self.covariance[:, p:].square() * self.units[:, :, None]).sum(dim=1)
        fall = known / (self.units.sum(dim=1).clamp(min=1.0) * self.first)[:, None] / (own + self.noise[:, None])
        seen = [(own / self.first[:, None] + TINY).log(), (fall + TINY).log(), 1.0 - self.near, self.dense]
        expected = self.mean[:, :p]
        nearer = (self.spread - self.covered[:, :, None]).clamp(min=0.0).sum(dim=1)
        cover = (nearer / self.units.sum(dim=1).clamp(min=1.0)[:, None] + TINY).log()
        return torch.stack([*seen, expected, expected.square(), self.recent, cover], dim=2)

    def left(self) -> Tensor:
        """Return the share of the variance of the other units that is left, shape (B,)."""
        p = self.free.shape[1]
        now = (self.variance[:, p:] * self.units).sum(dim=1) / self.units.sum(dim=1).clamp(min=1.0)
        return now / self.first

    def expected(self, chosen: Tensor) -> Tensor:
        """Return the value expected of the candidates `chosen`, shape (B,)."""
        return self.mean.gather(1, chosen[:, None])[:, 0]

    def measure(self, chosen: Tensor, label: Tensor) -> Tensor:
        """Condition on one label a stage (Rasmussen & Williams 2006, eq. A.6); return how surprising each was."""
        rows = torch.arange(len(chosen))
        column = self.covariance[rows, :, chosen]
        spread = self.variance[rows, chosen] + self.noise
        error = label - self.mean[rows, chosen]
        gain = column / spread[:, None]
        self.covariance = self.covariance - gain[:, :, None] * self.covariance[rows, chosen][:, None]
        self.variance = (self.variance - gain * column).clamp(min=0.0)
        self.mean = self.mean + gain * error[:, None]
        surprise = error / spread.sqrt()
        likeness = self.alike[rows, :, chosen]
        self.near, self.recent = torch.maximum(self.near, likeness), likeness * surprise.abs()[:, None]
        self.covered = torch.maximum(self.covered, self.spread[rows, :, chosen])
        self.free = self.free.scatter(1, chosen[:, None], 0.0)
        return surprise
