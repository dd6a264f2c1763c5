"""Q-DAS ASCII transfer format: which K-field means what, and the description that stands before the values.

The numbers are those of the public field list (Q-DAS ASCII Transfer Format; AQDEF, Advanced Quality Data Exchange
Format). K1xxx describe a part, K2xxx a characteristic (``K2002/3``: of the third), K0xxx a value. ``/0``, or nothing,
means all. A K0100 behind characteristics begins the description of the next part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

VALUE, ATTRIBUTE, TIME = 1, 2, 4
#: Additional data of a value that become columns.
ADDITIONAL = {6: "batch", 7: "nest", 8: "operator", 10: "machine", 12: "gage", 14: "ident", 53: "order"}
#: What stands in a value line between the separators, in this order (AQDEF, value records in short form).
SHORT = (1, 2, 4, 5, 6, 7, 8, 10, 11, 12)
_FIELD = re.compile(r"^K(\d{4})(?:/(\d+))?(?:[ \t]+(.*))?$")
_NAME, _NUMBER, _KIND, _UNIT = 2002, 2001, 2004, 2142
_TARGET, _LOWER, _UPPER, _BELOW, _ABOVE, _LOWER_KIND, _UPPER_KIND = 2101, 2110, 2111, 2112, 2113, 2120, 2121


@dataclass(frozen=True, slots=True)
class Field:
    """One line ``Knnnn/i text``."""

    number: int
    index: int
    text: str


def field_of(line: str) -> Field | None:
    """Return a line as a K-field, or None where it is none (a line of values).

    Examples
    --------
    >>> field_of("K2002/1 Bore")
    Field(number=2002, index=1, text='Bore')
    >>> field_of("9.98") is None
    True
    """
    found = _FIELD.match(line)
    return Field(int(found[1]), int(found[2] or 0), (found[3] or "").strip()) if found else None


@dataclass(frozen=True, slots=True)
class DfqCharacteristic:
    """A characteristic as the file describes it.

    Parameters
    ----------
    name, unit : str
    kind : {"continuous", "binary"}
    lower, target, upper : float or None
        Specification limits and nominal value; a natural limit is none of the specification.
    part : str
        Number of the part.
    """

    name: str
    unit: str = ""
    kind: str = "continuous"
    lower: float | None = None
    target: float | None = None
    upper: float | None = None
    part: str = ""


@dataclass(slots=True)
class Block:
    """The description of one part or several, to which the values after it belong."""

    parts: dict[int, dict[int, str]] = field(default_factory=dict)
    fields: dict[int, dict[int, str]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def take(self, one: Field) -> None:
        """Take in a field of a description."""
        if one.number == 101:
            self.counts[one.index] = int(one.text) if one.text.isdigit() else 0
        elif one.number // 1000 == 1:
            self.parts.setdefault(one.index or 1, {})[one.number] = one.text
        elif one.number // 1000 == 2:
            self.fields.setdefault(one.index, {})[one.number] = one.text

    def indices(self) -> list[int]:
        """Return the numbers of the characteristics."""
        return sorted(i for i in self.fields if i > 0)

    def part_of(self, index: int) -> str:
        """Return the number of the part that a characteristic belongs to."""
        before = 0
        for part, count in sorted(self.counts.items()):
            before += count
            if index <= before:
                return self._part(part)
        return self._part(min(self.parts, default=1))

    def _part(self, number: int) -> str:
        told = self.parts.get(number, {})
        return told.get(1001) or told.get(1002) or ""

    def names(self) -> dict[int, str]:
        """Return the name of each characteristic: its description, its number where two have the same."""
        said = {i: self._said(i, _NAME) or self._said(i, _NUMBER) or f"characteristic {i}" for i in self.indices()}
        twice = {name for name in said.values() if list(said.values()).count(name) > 1}
        return {i: f"{name} {self._said(i, _NUMBER) or i}" if name in twice else name for i, name in said.items()}

    def characteristics(self) -> dict[int, DfqCharacteristic]:
        """Return the characteristics by their numbers."""
        return {i: self._one(i, name) for i, name in self.names().items()}

    def _said(self, index: int, number: int) -> str:
        return self.fields.get(index, {}).get(number) or self.fields.get(0, {}).get(number, "")

    def _one(self, index: int, name: str) -> DfqCharacteristic:
        target = self._number(index, _TARGET)
        lower = self._limit(index, _LOWER, _BELOW, _LOWER_KIND, target)
        upper = self._limit(index, _UPPER, _ABOVE, _UPPER_KIND, target)
        given = [v for v in (lower, target, upper) if v is not None]
        target = target if given == sorted(given) else None
        kind = "binary" if self._said(index, _KIND) == "1" else "continuous"
        return DfqCharacteristic(name, self._said(index, _UNIT), kind, lower, target, upper, self.part_of(index))

    def _limit(self, index: int, limit: int, allowance: int, kind: int, target: float | None) -> float | None:
        """Return a limit, from target and allowance where it stands so; 2 marks a natural limit, 0 none."""
        if self._said(index, kind) in {"0", "2"}:
            return None
        found, off = self._number(index, limit), self._number(index, allowance)
        return target + off if found is None and off is not None and target is not None else found

    def _number(self, index: int, number: int) -> float | None:
        try:
            return float(self._said(index, number).replace(",", "."))
        except ValueError:
            return None
