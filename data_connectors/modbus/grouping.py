"""Which registers are asked for together: as few requests as the protocol's limits allow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from data_connectors.modbus.registers import Area, Register

#: What one request may ask for (Modbus Application Protocol V1.1b3, 6.1 to 6.4).
MOST = {"holding": 125, "input": 125, "coil": 2000, "discrete": 2000}


@dataclass(frozen=True, slots=True)
class Group:
    """Registers that one request reads.

    Parameters
    ----------
    device : int
    area : {'holding', 'input', 'coil', 'discrete'}
    address, count : int
    members : tuple of Register
    """

    device: int
    area: Area
    address: int
    count: int
    members: tuple[Register, ...]

    def alone(self) -> list[Group]:
        """Return a group for each member: where one of them is refused, the others are still read."""
        return [Group(r.device, r.area, r.address, r.count, (r,)) for r in self.members]


def groups(registers: Iterable[Register], join: int) -> list[Group]:
    """Return the requests that read all `registers`.

    Parameters
    ----------
    registers : iterable of Register
    join : int
        So many registers between two that are wanted are read along with them; 0: only neighbours are joined.

    Examples
    --------
    >>> texts = ["holding 0 int16", "holding 3 float32", "holding 90", "coil 3"]
    >>> [(g.area, g.address, g.count) for g in groups([Register.of(t, 1, "") for t in texts], join=8)]
    [('coil', 3, 1), ('holding', 0, 5), ('holding', 90, 1)]
    """
    made: list[Group] = []
    for register in sorted(registers, key=lambda r: (r.device, r.area, r.address)):
        last = made[-1] if made else None
        if last is None or not _fits(last, register, join):
            made.append(Group(register.device, register.area, register.address, register.count, (register,)))
            continue
        end = max(last.address + last.count, register.address + register.count)
        made[-1] = Group(last.device, last.area, last.address, end - last.address, (*last.members, register))
    return made


def _fits(group: Group, register: Register, join: int) -> bool:
    same = (group.device, group.area) == (register.device, register.area)
    near = register.address <= group.address + group.count + join
    return same and near and register.address + register.count - group.address <= MOST[group.area]
