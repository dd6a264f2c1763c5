"""States of learners: arrays in safetensors, the rest in JSON, the digest as identity."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from models.errors import StateError

FORMAT = 1
"""Version of the file: how arrays and JSON are written."""
LEARNED = 2
"""Version of what learners keep: raise it when arrays of a learner change shape or meaning. Files without it are 0."""
_KINDS = "fiub"


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Arrays and JSON of one learner.

    Parameters
    ----------
    meta : mapping
        JSON-able: strings, finite numbers, booleans, None, lists and dicts of them.
    arrays : mapping of str to ndarray
        Numeric or boolean arrays; names are paths such as ``"members/0/weights"``.
    learned : int
        Which version of the learners wrote it.
    """

    meta: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    learned: int = LEARNED

    def inside(self, prefix: str) -> dict[str, NDArray[Any]]:
        """Return the arrays below ``prefix/``, with the prefix taken off.

        Examples
        --------
        >>> State(arrays={"a/b": np.zeros(2), "c": np.ones(1)}).inside("a")
        {'b': array([0., 0.])}
        """
        head = prefix + "/"
        return {k[len(head) :]: v for k, v in self.arrays.items() if k.startswith(head)}


def to_bytes(state: State) -> bytes:
    """Write a state as one safetensors file with its JSON in the header; equal states give equal bytes.

    Parameters
    ----------
    state : State

    Returns
    -------
    bytes

    Raises
    ------
    StateError
        If an array is not numeric, or `meta` is not JSON or holds NaN or infinity.

    Examples
    --------
    >>> again = from_bytes(to_bytes(State({"seed": 3}, {"w": np.arange(3.0)})))
    >>> again.meta["seed"], again.arrays["w"].tolist()
    (3, [0.0, 1.0, 2.0])
    """
    for name, array in state.arrays.items():
        if np.asarray(array).dtype.kind not in _KINDS:
            raise StateError(
                f"state array {name!r} has dtype {np.asarray(array).dtype} - only numbers and booleans are saved"
            )
    try:
        text = json.dumps(
            {"format": FORMAT, "learned": state.learned, "meta": state.meta}, sort_keys=True, allow_nan=False
        )
    except (TypeError, ValueError) as error:
        raise StateError(f"state meta cannot be written as JSON: {error}") from None
    arrays = {name: np.ascontiguousarray(state.arrays[name]) for name in sorted(state.arrays)}
    return save_tensors(arrays, metadata={"state": text})  # one key: safetensors writes several in random order


def from_bytes(data: bytes) -> State:
    """Read what `to_bytes` wrote.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    State

    Raises
    ------
    StateError
        If the bytes are damaged, foreign, or of a newer program.
    """
    try:
        arrays = load_tensors(data)
        size = int.from_bytes(data[:8], "little")
        header = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["state"])
        version, learned, meta = int(header["format"]), int(header.get("learned", 0)), header["meta"]
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise StateError(
            f"this is no saved state, or a damaged one ({error}) - restore the file or train again"
        ) from None
    if version > FORMAT:
        raise StateError(f"state of format {version}, this program reads up to {FORMAT} - update the program")
    if learned > LEARNED:
        raise StateError(f"state of learners {learned}, this program knows up to {LEARNED} - update the program")
    return State(meta, arrays, learned)


def digest(data: bytes) -> str:
    """Return the first 16 hex digits of the SHA-256 of `data`: the id of a model version.

    Examples
    --------
    >>> digest(b"steel")
    'b86262f9bc892590'
    """
    return hashlib.sha256(data).hexdigest()[:16]
