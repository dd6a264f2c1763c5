"""Write-back: predictions told to the plant, off unless the plant definition turns it on.

Nothing that can write is imported by this package itself; :func:`~data_connectors.writeback.writing.make_writer` does
it for an outlet that is on.
"""

from data_connectors.writeback.message import Message
from data_connectors.writeback.outlet import Outlet
from data_connectors.writeback.pace import Pace
from data_connectors.writeback.writing import Writer, make_writer

__all__ = ["Message", "Outlet", "Pace", "Writer", "make_writer"]
