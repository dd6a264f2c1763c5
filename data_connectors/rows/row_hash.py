"""A stable 64-bit hash of what a row says, to tell a duplicate from a revision.

Library hashes change between versions and Python's changes between processes, so this one is spelt out. Every cell is
turned into 64 bits (numbers: IEEE 754 bits with -0.0 as 0.0; text: the sum over its UTF-8 bytes of
mix(256 i + byte_i + 1)), added to the hash of its column's name and mixed by the finaliser of SplitMix64 (Steele, Lea
and Flood, OOPSLA 2014, constants of Stafford's variant 13). A row's hash is the sum of its cells modulo 2^64; a null
adds nothing, so the hash does not depend on the order of columns and does not change when a column is added that old
rows lack.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Bits = NDArray[np.uint64]

_BLOCK = 1 << 20


def _mix(bits: Bits) -> Bits:
    """Return the SplitMix64 finaliser of each element; works in place on its argument."""
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return bits


def _text_bits(column: pl.Series) -> Bits:
    lengths = column.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
    data = np.frombuffer((column.str.join("").item() or "").encode(), dtype=np.uint8)
    starts = np.cumsum(lengths) - lengths
    place = np.arange(data.size, dtype=np.uint64) - np.repeat(starts, lengths).astype(np.uint64)
    mixed = _mix((place << np.uint64(8)) + data + np.uint64(1))
    total = np.zeros(data.size + 1, dtype=np.uint64)
    np.cumsum(mixed, out=total[1:])
    bits: Bits = total[starts + lengths] - total[starts]
    return bits


def _other_bits(column: pl.Series) -> Bits:
    return column.to_physical().cast(pl.Int64).fill_null(0).to_numpy().view(np.uint64).copy()


def _add_others(total: Bits, frame: pl.DataFrame, names: Bits) -> None:
    for column, name in zip(frame, names, strict=True):
        bits = _mix(_other_bits(column) + name)
        if column.null_count():
            bits[column.is_null().to_numpy()] = 0
        total += bits


def _add_texts(total: Bits, frame: pl.DataFrame, names: Bits) -> None:
    """Add the hashes of String columns, many narrow ones at a time."""
    block = max(1, _BLOCK // max(frame.height, 1))
    for first in range(0, frame.width, block):
        end_to_end = pl.concat([column.alias("") for column in frame[:, first : first + block]])
        shape = (-1, frame.height) if frame.height else (frame[:, first : first + block].width, 0)
        bits = _mix(_text_bits(end_to_end).reshape(shape) + names[first : first + block, None])
        if end_to_end.null_count():
            bits[end_to_end.is_null().to_numpy().reshape(shape)] = 0
        total += bits.sum(axis=0)


def _add_numbers(total: Bits, frame: pl.DataFrame, names: Bits) -> None:
    """Add the hashes of Float64 columns, many narrow ones at a time."""
    block = max(1, _BLOCK // max(frame.height, 1))
    for first in range(0, frame.width, block):
        values = np.ascontiguousarray(frame[:, first : first + block].to_numpy(order="fortran").T) + 0.0
        bits = _mix(values.view(np.uint64) + names[first : first + block, None])
        bits[np.isnan(values)] = 0
        total += bits.sum(axis=0)


def row_hash(frame: pl.DataFrame) -> pl.Series:
    """Return a 64-bit content hash of each row of `frame`.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns of String, Float64 (NaN counts as null) or integer-like (Datetime, Boolean) type.

    Returns
    -------
    polars.Series
        UInt64 (len(frame),), named ``row_hash``.

    Examples
    --------
    >>> rows = pl.DataFrame({"unit_id": ["a", "a", "b"], "speed": [1.0, 1.0, 1.0]})
    >>> row_hash(rows).to_list() == row_hash(rows.select("speed", "unit_id")).to_list()
    True
    >>> row_hash(rows).n_unique()
    2
    """
    total = np.zeros(frame.height, dtype=np.uint64)
    floats = [c.name for c in frame if c.dtype == pl.Float64]
    texts = [c.name for c in frame if c.dtype == pl.String]
    others = [c.name for c in frame if c.dtype not in {pl.Float64, pl.String}]
    _add_others(total, frame.select(others), _names(others))
    _add_texts(total, frame.select(texts), _names(texts))
    _add_numbers(total, frame.select(floats), _names(floats))
    return pl.Series("row_hash", total, dtype=pl.UInt64)


def _names(names: list[str]) -> Bits:
    return _mix(_text_bits(pl.Series(names, dtype=pl.String)))
