"""Names of stages as words and numbers, and where sisters' names differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.base import Array

PIECE = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+")


def pieces(name: str) -> tuple[str, ...]:
    """Split a name into words and numbers.

    Examples
    --------
    >>> pieces("part-3x1_flat"), pieces("DD30-VBNew")
    (('part', '3', 'x', '1', 'flat'), ('DD', '30', 'VBNew'))
    """
    return tuple(PIECE.findall(name))


@dataclass(frozen=True, slots=True)
class Slots:
    """The places in the names of sisters where they differ.

    Parameters
    ----------
    where : tuple of int
        Their number among the pieces of a name.
    words : tuple of tuple of str
        The words found there; empty where there are numbers.
    middle, spread : tuple of float
        Of the numbers, or of their logarithms where all are above 0.
    logs : tuple of bool
    """

    where: tuple[int, ...]
    words: tuple[tuple[str, ...], ...]
    middle: tuple[float, ...]
    spread: tuple[float, ...]
    logs: tuple[bool, ...]

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Read them off the names.

        Examples
        --------
        >>> found = Slots.of(["w-1-a", "w-2-b", "w-4-a"])
        >>> found.where, found.words, found.logs
        ((1, 2), ((), ('a', 'b')), (True, False))
        """
        split = [pieces(name) for name in names]
        where, words, middle, spread, logs = [], [], [], [], []
        for i in range(max(map(len, split), default=0)):
            found = [_at(name, i) for name in split]
            if len(set(found)) < 2:
                continue
            numbers = np.array([float(v) for v in found]) if all(map(_number, found)) else None
            by_ratio = numbers is not None and bool((numbers > 0).all())
            scaled = np.zeros(1) if numbers is None else np.log(numbers) if by_ratio else numbers
            where.append(i)
            words.append(tuple(sorted(set(found))) if numbers is None else ())
            middle.append(float(scaled.mean()))
            spread.append(float(scaled.std()) or 1.0)
            logs.append(by_ratio)
        return cls(tuple(where), tuple(words), tuple(middle), tuple(spread), tuple(logs))

    def read(self, name: str) -> Array | None:
        """Return a name as numbers, shape (slots,): words by their number; None where it is built otherwise.

        A word that no sister has is unlike all of them.
        """
        split, out = pieces(name), np.empty(len(self.where))
        for j, (i, words) in enumerate(zip(self.where, self.words, strict=True)):
            said = _at(split, i)
            if words:
                out[j] = words.index(said) if said in words else len(words)
                continue
            if not _number(said) or (self.logs[j] and float(said) <= 0.0):
                return None
            value = np.log(float(said)) if self.logs[j] else float(said)
            out[j] = (value - self.middle[j]) / self.spread[j]
        return out

    def apart(self, a: Array, b: Array) -> Array:
        """Return squared distances of names, shape (slots, n, m); words are alike or one apart."""
        far = (a.T[:, :, None] - b.T[:, None, :]) ** 2
        by_word = np.array([bool(words) for words in self.words])[:, None, None]
        return np.where(by_word, (far > 0).astype(float), far)


def _at(split: Sequence[str], i: int) -> str:
    return split[i] if i < len(split) else ""


def _number(piece: str) -> bool:
    return piece[:1].isdecimal()
