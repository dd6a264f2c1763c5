"""From what was heard to rows, each in its own way: a message is a row, or a moment is, a unit, a window."""

from data_connectors.live.assembly.choosing import assembly_of
from data_connectors.live.assembly.making import Assembly, Made
from data_connectors.live.assembly.table import table

__all__ = ["Assembly", "Made", "assembly_of", "table"]
