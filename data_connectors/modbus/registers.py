"""What a register means: where it stands, of which type, in which order of words and bytes, with which scale."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from data_connectors.errors import DefinitionError
from data_connectors.names import listed, nearest

Area = Literal["holding", "input", "coil", "discrete"]
Value = float | str | bool | None

#: Type -> its letter in `struct` and how many registers it takes (Modbus itself knows 16-bit registers only).
NUMBERS = {
    "int16": ("h", 1), "uint16": ("H", 1), "int32": ("i", 2), "uint32": ("I", 2), "int64": ("q", 4),
    "uint64": ("Q", 4), "float32": ("f", 2), "float64": ("d", 4),
}  # fmt: skip
_ORDERS = {"abcd": (False, False), "cdab": (True, False), "badc": (False, True), "dcba": (True, True)}
_WORDS = ("order", "device", "scale", "offset", "none")
_SHAPE = "write e.g. 'holding 100 float32 order=cdab scale=0.1 device=3'"


@dataclass(frozen=True, slots=True)
class Register:
    """One value of a device.

    Parameters
    ----------
    text : str
        As the plant definition writes it.
    area : {'holding', 'input', 'coil', 'discrete'}
    address : int
        Of the first register or bit, from 0 as on the wire.
    type : str
        One of `NUMBERS`, ``string:BYTES``, ``bit:NUMBER`` (of a register, 0 is the lowest), or ``bool`` of coils.
    swap_words, swap_bytes : bool
        Against the wire's own order, which is big-endian in both.
    device : int
        Unit id behind the address.
    scale, offset : float
        The value is ``raw * scale + offset``.
    none : float or None
        The raw number by which the device says that it has no value.

    Examples
    --------
    >>> register = Register.of("holding 100 float32 order=cdab scale=0.1", 1, "source 'plc'")
    >>> register.area, register.address, register.count, register.swap_words
    ('holding', 100, 2, True)
    >>> register.value([0x0000, 0x4348])
    20.0
    >>> Register.of("input 4 unit16", 1, "source 'plc'")
    Traceback (most recent call last):
        ...
    data_connectors.errors.DefinitionError: source 'plc': 'input 4 unit16': no type 'unit16' - did you mean 'uint16'?
    """

    text: str
    area: Area
    address: int
    type: str
    swap_words: bool = False
    swap_bytes: bool = False
    device: int = 1
    scale: float = 1.0
    offset: float = 0.0
    none: float | None = None

    @classmethod
    def of(cls, text: str, device: int, where: str) -> Register:
        """Read a register's text: area, address, type (coils need none), then ``word=value`` in any order.

        Raises
        ------
        DefinitionError
            If a part is not understood.
        """
        where = f"{where}: {text!r}"
        parts = text.split()
        said = dict(part.split("=", 1) for part in parts if "=" in part)
        area, address, *rest = [part for part in parts if "=" not in part] + ["", ""][: max(2 - len(parts), 0)]
        for word in said:
            if word not in _WORDS:
                raise DefinitionError(f"{where}: no word {word!r} - {_meant(word, _WORDS)}")
        bits = _area(area, where) in {"coil", "discrete"}
        made = cls(
            text,
            _area(area, where),
            int(_number(address, "address", where)),
            _type(rest, where, bits=bits),
            *_order(said.get("order", "abcd"), where),
            int(_number(said.get("device", str(device)), "device", where)),
            _number(said.get("scale", "1"), "scale", where),
            _number(said.get("offset", "0"), "offset", where),
            _number(said["none"], "none", where) if "none" in said else None,
        )
        made._require_room(where)
        return made

    @property
    def count(self) -> int:
        """How many registers (or bits) it takes."""
        kind, _, size = self.type.partition(":")
        if kind == "string":
            return -(-int(size) // 2)
        return NUMBERS[kind][1] if kind in NUMBERS else 1

    def value(self, read: Sequence[int]) -> Value:
        """Return the value that its registers (or its bit) hold.

        Parameters
        ----------
        read : sequence of int
            `count` registers of 16 bits, or one bit.

        Returns
        -------
        float, str, bool or None
            None where the device says that it has none.
        """
        kind, _, which = self.type.partition(":")
        if kind == "bool":
            return bool(read[0])
        content = self._bytes(read)
        if kind == "bit":
            return bool(int.from_bytes(content, "big") >> int(which) & 1)
        if kind == "string":
            return content[: int(which)].split(b"\0", 1)[0].decode("utf-8", "replace").strip()
        return self._scaled(struct.unpack(f">{NUMBERS[kind][0]}", content)[0])

    def _bytes(self, read: Sequence[int]) -> bytes:
        words = list(reversed(read)) if self.swap_words else list(read)
        return b"".join(word.to_bytes(2, "little" if self.swap_bytes else "big") for word in words)

    def _scaled(self, raw: float) -> Value:
        if self.none is not None and raw == self.none:
            return None
        if isinstance(raw, float) and not math.isfinite(raw):
            return str(raw)
        return raw if (self.scale, self.offset) == (1.0, 0.0) else raw * self.scale + self.offset

    def _require_room(self, where: str) -> None:
        if not 0 <= self.address <= 0x10000 - self.count:
            raise DefinitionError(f"{where}: address {self.address} is beyond 65535 - {_SHAPE}, counted from 0")
        if not 0 <= self.device <= 255:
            raise DefinitionError(f"{where}: device {self.device} - give 0 to 255")
        if self.scale == 0:
            raise DefinitionError(f"{where}: scale 0 makes every value 0 - give another")


def _meant(word: str, known: Sequence[str]) -> str:
    near = nearest(word, known)
    return f"did you mean {near!r}?" if near else f"there are: {listed(known)}"


def _area(text: str, where: str) -> Area:
    for area in get_args(Area):
        if area == text:
            return area  # type: ignore[no-any-return]
    raise DefinitionError(f"{where}: no area {text!r} - {_meant(text, get_args(Area))}")


def _number(text: str, what: str, where: str) -> float:
    try:
        number = float(int(text, 0)) if text.casefold().startswith("0x") else float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (what in {"address", "device"} and number != int(number)):
        raise DefinitionError(f"{where}: {what} {text!r} is no number - {_SHAPE}")
    return number


def _type(rest: Sequence[str], where: str, *, bits: bool) -> str:
    kind = rest[0] if rest else ("bool" if bits else "uint16")
    base, _, size = kind.partition(":")
    known = ["bool"] if bits else [*NUMBERS, "string:N", "bit:N"]
    sized = not bits and base in {"string", "bit"} and size.isdigit()
    if len(rest) > 1 or not (kind in known or sized):
        raise DefinitionError(f"{where}: no type {' '.join(rest)!r} - {_meant(kind, known)}")
    if (base == "bit" and int(size) > 15) or (base == "string" and not 1 <= int(size) <= 250):
        raise DefinitionError(f"{where}: type {kind!r} - a bit is 0 to 15, a string has 1 to 250 bytes")
    return kind


def _order(text: str, where: str) -> tuple[bool, bool]:
    if text.casefold() not in _ORDERS:
        raise DefinitionError(f"{where}: no order {text!r} - use one of {listed(_ORDERS)}")
    return _ORDERS[text.casefold()]
