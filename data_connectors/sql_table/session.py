"""A reading session: connect, say in the house's words what went wrong, find the table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, NoSuchModuleError, NoSuchTableError, OperationalError

from data_connectors.errors import SchemaError, SourceRefused, SourceUnavailable
from data_connectors.names import listed, nearest
from data_connectors.sql_table.engine import engine_of
from data_connectors.sql_table.options import Options

_REFUSALS = ("authentication", "password", "permission denied", "access denied", "role")


@contextmanager
def session(options: Options, where: str) -> Iterator[sa.Connection]:
    """Open a connection for reading and close it again.

    Raises
    ------
    SourceUnavailable
        If the database cannot be reached, is locked or takes too long.
    SourceRefused
        If it refuses the credentials or the right, or its driver is not installed.
    """
    url = options.address(where)
    try:
        with engine_of(url, options.timeout_s).connect() as connection:
            yield connection
    except (NoSuchModuleError, ImportError) as error:
        raise SourceRefused(f"{where}: no driver for {url.drivername} ({error}) - install it") from error
    except DBAPIError as error:
        raise _said(error, url, where) from error


def _said(error: DBAPIError, url: sa.URL, where: str) -> SourceRefused | SourceUnavailable:
    text = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    if url.password:
        text = text.replace(str(url.password), "***")
    place = url.render_as_string(hide_password=True)
    if any(word in text.casefold() for word in _REFUSALS):
        return SourceRefused(f"{where}: {place} refuses ({text}) - check user, password and rights")
    if isinstance(error, OperationalError | InterfaceError):
        return SourceUnavailable(f"{where}: {place} cannot be read now ({text}) - {_cure(text)}")
    return SourceRefused(f"{where}: {place} refuses the query ({text}) - check table and columns")


def _cure(text: str) -> str:
    if "resolve host" in text:
        return "check the name in url"
    if "refused" in text:
        return "check the port in url, that the database runs, and the firewall"
    if "closed the connection" in text or "SSL error" in text:
        return "check that a database of this kind runs there"
    return "check that it runs and answers"


def table_of(connection: sa.Connection, options: Options, where: str) -> sa.Table:
    """Return the table or view as the database describes it.

    Raises
    ------
    SchemaError
        If it is not there, naming the nearest.
    """
    try:
        return sa.Table(options.table, sa.MetaData(), autoload_with=connection, schema=options.schema or None)
    except NoSuchTableError as error:
        look = sa.inspect(connection)
        there = [*look.get_table_names(options.schema or None), *look.get_view_names(options.schema or None)]
        near = nearest(options.table, there)
        cure = f"did you mean {near!r}?" if near else "set table"
        raise SchemaError(f"{where}: no table {options.table!r} (has: {listed(there)}) - {cure}") from error
