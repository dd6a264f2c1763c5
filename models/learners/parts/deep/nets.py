"""Small networks: as dictionaries of tensors while they learn, as stacked arrays when they serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.base import Array
from models.errors import StateError

Params = dict[str, Tensor]


def perceptron(sizes: Sequence[int], generator: torch.Generator) -> Params:
    """Draw the weights of a perceptron: ``w0`` (sizes[0], sizes[1]), ``b0`` (sizes[1],), and so on.

    Normal with variance 1 / inputs (LeCun et al. 1998, sec. 4.6), which suits the hyperbolic tangent.

    Examples
    --------
    >>> net = perceptron([3, 8, 1], torch.Generator().manual_seed(0))
    >>> {name: tuple(value.shape) for name, value in net.items()}
    {'w0': (3, 8), 'b0': (8,), 'w1': (8, 1), 'b1': (1,)}
    """
    out: Params = {}
    for i, (a, b) in enumerate(pairwise(sizes)):
        out[f"w{i}"] = torch.randn((a, b), generator=generator) / a**0.5
        out[f"b{i}"] = torch.zeros(b)
    return out


def forward(params: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """Return the outputs of one net for inputs `x`, **Shape** (n, inputs) -> (n, outputs); tanh between layers."""
    layers = sum(name[0] == "w" and name[1:].isdigit() for name in params)
    for i in range(layers):
        x = x @ params[f"w{i}"] + params[f"b{i}"]
        if i < layers - 1:
            x = torch.tanh(x)
    return x


def shapes(draw: Callable[[int, torch.Generator], Params], width: int) -> dict[str, tuple[int, ...]]:
    """Return names and shapes of the arrays of a net that `draw` makes for inputs of `width` columns."""
    return {name: tuple(value.shape) for name, value in draw(width, torch.Generator().manual_seed(0)).items()}


def stacked(nets: Sequence[Params]) -> Params:
    """Join nets of one shape along a new first direction, so that they learn side by side."""
    return {name: torch.stack([net[name] for net in nets]) for name in nets[0]}


def numbers(params: Mapping[str, Tensor]) -> dict[str, NDArray[np.float32]]:
    """Return the tensors as float32 arrays, for a state."""
    return {name: value.detach().to(torch.float32).numpy() for name, value in params.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """M perceptrons side by side, evaluated by numpy alone.

    Parameters
    ----------
    weights : tuple of ndarray, each of shape (M, inputs, outputs)
    biases : tuple of ndarray, each of shape (M, outputs)
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.floating]]) -> Self:
        """Take the layers ``w0, b0, w1, ...`` out of stacked arrays.

        Raises
        ------
        StateError
            If layers are missing or do not follow each other.
        """
        count = sum(name[0] == "w" and name[1:].isdigit() for name in arrays)
        try:
            weights = tuple(np.asarray(arrays[f"w{i}"], dtype=np.float64) for i in range(count))
            biases = tuple(np.asarray(arrays[f"b{i}"], dtype=np.float64) for i in range(count))
        except KeyError as error:
            raise StateError(f"a network lacks {error} - restore the file or train again") from None
        sound = count > 0 and all(
            w.ndim == 3 and b.shape == (len(w), w.shape[2]) for w, b in zip(weights, biases, strict=True)
        )
        chained = sound and all(a.shape[2] == b.shape[1] for a, b in pairwise(weights))
        if not chained:
            raise StateError("a network's layers do not fit each other - restore the file or train again")
        return cls(weights, biases)

    def __len__(self) -> int:
        return len(self.weights[0])

    def __call__(self, x: Array) -> Array:
        """Return the outputs of every net, shape (M, n, outputs), for inputs (n, inputs), or (M, n, inputs) of each."""
        out = x
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            out = out @ w
            out += b[:, None, :]
            if i < len(self.weights) - 1:
                np.tanh(out, out=out)
        return out
