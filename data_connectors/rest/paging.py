"""Page by page through a list that others go on changing: what cannot be whole is read again, never passed over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from data_connectors.errors import SchemaError, SourceUnavailable
from data_connectors.http import Answer, Session
from data_connectors.live.fields import at_path
from data_connectors.names import listed
from data_connectors.rest.options import RestOptions

Rows = list[Any]
Params = list[tuple[str, str]]
#: Asks with some parameters; returns the rows and the whole of the answer.
Ask = Callable[[Params], tuple[Rows, Any]]


def pages(session: Session, options: RestOptions, since: str | None, where: str) -> Iterator[Rows]:
    """Yield the rows of one page after the other, none of them empty.

    Parameters
    ----------
    session : Session
    options : RestOptions
    since : str or None
        Asks for rows from here on, spelt as the service wants it.
    where : str
        For messages.

    Raises
    ------
    SourceUnavailable
        If the list changed so that rows may have been passed over, or does not move on.
    SchemaError
        If the answer holds no list where it should.
    """
    fixed = list(options.asked)
    if options.limit_param:
        fixed.append((options.limit_param, str(options.page_rows)))
    begin = [(options.since_param, since)] if options.since_param and since is not None else []

    def ask(more: Params) -> tuple[Rows, Any]:
        given = {name for name, _ in more}
        told = session.get("", [*fixed, *(p for p in begin if p[0] not in given), *more])
        return rows_of(told, options, where)

    if options.paging == "next":
        yield from _by_link(session, options, ask, where)
    elif options.paging == "cursor":
        yield from _by_cursor(options, ask, where)
    elif options.paging == "offset":
        yield from _by_offset(options, ask, where)
    elif options.paging == "page":
        yield from _by_number(options, ask, where)
    elif rows := ask([])[0]:
        yield rows


def rows_of(answer: Answer, options: RestOptions, where: str) -> tuple[Rows, Any]:
    """Return the rows of an answer, and all of it."""
    told = answer.json(where, decimal=options.decimal)
    found = at_path(told, options.records) if options.records else told
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        has = listed(told) if isinstance(told, dict) else type(told).__name__
        raise SchemaError(f"{where}: no list of rows at records = {options.records!r} (the answer has: {has})")
    return found, told


def _by_link(session: Session, options: RestOptions, ask: Ask, where: str) -> Iterator[Rows]:
    rows, told = ask([])
    met: set[str] = set()
    while True:
        if rows:
            yield rows
        link = at_path(told, options.place_field)
        if not isinstance(link, str) or not link:
            return
        _require_new(link, met, where)
        rows, told = rows_of(session.follow(link), options, where)


def _by_cursor(options: RestOptions, ask: Ask, where: str) -> Iterator[Rows]:
    rows, told = ask([])
    met: set[str] = set()
    while True:
        if rows:
            yield rows
        place = at_path(told, options.place_field)
        if place in {None, "", False}:
            return
        _require_new(str(place), met, where)
        rows, told = ask([(options.place_param, str(place))])


def _require_new(place: str, met: set[str], where: str) -> None:
    if place in met:
        raise SourceUnavailable(f"{where}: the service names the same next page twice - check place_field")
    met.add(place)


def _by_offset(options: RestOptions, ask: Ask, where: str) -> Iterator[Rows]:
    """Each page begins with the last row of the one before it: if that is another row, the list has moved."""
    place = 0
    last: Any = None
    while True:
        rows, _ = ask([(options.place_param, str(max(place - 1, 0)))])
        if place:
            if not rows or rows[0] != last:
                raise SourceUnavailable(f"{where}: the list changed while it was read - it is read again next time")
            rows = rows[1:]
        if not rows:
            return
        yield rows
        place, last = place + len(rows), rows[-1]


def _by_number(options: RestOptions, ask: Ask, where: str) -> Iterator[Rows]:
    number, before = options.first_page, ""
    while True:
        rows, _ = ask([(options.place_param, str(number))])
        if not rows:
            return
        said = json.dumps(rows, sort_keys=True)
        if said == before:
            raise SourceUnavailable(f"{where}: every page is the same - check place_param and first_page")
        yield rows
        number, before = number + 1, said


def by_time(
    session: Session, options: RestOptions, since: str | None, where: str, newest: Callable[[Rows], str | None]
) -> Iterator[Rows]:
    """Yield pages, each asked for from the time of the last row of the one before; what comes twice is left out.

    Parameters
    ----------
    session, options, since, where
        As in `pages`.
    newest : callable
        Returns the time up to which rows reach, spelt as the service wants it; raises SchemaError if they are not in
        the order of time.
    """
    met: set[str] = set()
    while True:
        asked = [*options.asked, (options.limit_param, str(options.page_rows))]
        begin = [] if since is None else [(options.since_param, since)]
        rows, _ = rows_of(session.get("", [*asked, *begin]), options, where)
        spelt = [json.dumps(row, sort_keys=True) for row in rows]
        fresh = [row for row, text in zip(rows, spelt, strict=True) if text not in met]
        if not fresh:
            if len(rows) >= options.page_rows:
                raise SourceUnavailable(
                    f"{where}: {len(rows)} rows share one time, more cannot be asked for - set page_rows higher"
                )
            return
        yield fresh
        reached = newest(rows)
        met = set(spelt)
        since = since if reached is None else reached
