"""From what was heard to rows, each in its own way: a message is a row, or a moment is, or a unit."""

from data_connectors.live.assembly.making import Assembly, Made, assembly_of

__all__ = ["Assembly", "Made", "assembly_of"]
