"""Questions to PI Web API: which tag is which, and what was in a stretch of time, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from data_connectors.errors import SourceUnavailable
from data_connectors.http import Answer, Session
from data_connectors.live.sample import Sample
from data_connectors.pi_web_api.options import PiOptions
from data_connectors.pi_web_api.values import moment, sample

_ID = "webid:"
#: Statuses that say no to one tag and nothing of the others.
_NO_TAG = (400, 403, 404)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a stretch of time held.

    Parameters
    ----------
    samples : list of Sample
        In the order of time.
    refused : dict of str to str
        Tag -> why it could not be read; it is to be asked for again.
    """

    samples: list[Sample]
    refused: dict[str, str] = field(default_factory=dict)


class Archive:
    """Asks one server.

    Parameters
    ----------
    session : Session
    options : PiOptions
    where : str
        For messages.
    words : str
        The tag whose digital states are told by name: that of the unit.
    """

    def __init__(self, session: Session, options: PiOptions, where: str, words: str = "") -> None:
        self.session, self.options, self.where, self._words = session, options, where, words
        self._ids: dict[str, str] = {}

    def ids(self, tags: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the WebIds of tags, and why others have none; each is asked for once."""
        refused: dict[str, str] = {}
        for tag in tags:
            if tag not in self._ids:
                found, why = self._id(tag)
                if found:
                    self._ids[tag] = found
                else:
                    refused[tag] = why
        return {tag: self._ids[tag] for tag in tags if tag in self._ids}, refused

    def _id(self, tag: str) -> tuple[str, str]:
        if tag.startswith(_ID):
            return tag.removeprefix(_ID), ""
        path = tag if tag.startswith("\\\\") else f"\\\\{self.options.server}\\{tag}"
        kind = "attributes" if "|" in path else "points"
        answer = self.session.get(kind, [("path", path), ("selectedFields", "WebId")], also=_NO_TAG)
        told = answer.json(self.where)
        found = told.get("WebId") if isinstance(told, dict) and answer.status < 400 else None
        return (str(found), "") if found else ("", _why(told, answer))

    def stretch(self, tags: Sequence[str], since: datetime, until: datetime) -> Stretch:
        """Return what `tags` held in ``[since, until)``, recorded or on the grid.

        Raises
        ------
        SourceUnavailable, SourceRefused
            If the server does not answer at all.
        """
        ids, refused = self.ids(tags)
        names = list(ids)
        found: list[Sample] = []
        ask = self._recorded if self.options.way == "recorded" else self._grid
        for first in range(0, len(names), self.options.tags_at_once):
            part = {name: ids[name] for name in names[first : first + self.options.tags_at_once]}
            taken, no = ask(part, since, until)
            found += taken
            refused |= no
        return Stretch(sorted(found, key=lambda one: one.t_source or since), refused)

    def _recorded(
        self, ids: Mapping[str, str], since: datetime, until: datetime
    ) -> tuple[list[Sample], dict[str, str]]:
        """Ask for all tags; those of which there is more alone, from their last time on."""
        params = [("startTime", _spelt(since)), ("endTime", _spelt(until)), ("boundaryType", "Inside")]
        told, refused = self._streams("recorded", ids, [*params, ("maxCount", str(self.options.page_values))])
        found: list[Sample] = []
        for tag, items in told.items():
            whole = items
            if len(items) >= self.options.page_values:
                whole = items + self._more(tag, ids[tag], items, until)
            found += self._samples(tag, whole, since, until)
        return found, refused

    def _more(self, tag: str, web_id: str, before: list[Any], until: datetime) -> list[Any]:
        found: list[Any] = []
        page, count = before, self.options.page_values
        while len(page) >= count:
            last = moment(page[-1].get("Timestamp"))
            params = [("startTime", _spelt(last or until)), ("endTime", _spelt(until)), ("boundaryType", "Inside")]
            told, refused = self._streams("recorded", {tag: web_id}, [*params, ("maxCount", str(count))])
            if tag in refused:
                raise SourceUnavailable(f"{self.where}: {tag} broke off within a stretch ({refused[tag]})")
            following = [item for item in told.get(tag, []) if item not in page]
            if not following and len(told.get(tag, [])) >= count:
                raise SourceUnavailable(
                    f"{self.where}: {count} values of {tag} share one time, more cannot be asked for - set page_values"
                    " higher"
                )
            found += following
            page = told.get(tag, [])
        return found

    def _grid(self, ids: Mapping[str, str], since: datetime, until: datetime) -> tuple[list[Sample], dict[str, str]]:
        last = until - timedelta(seconds=self.options.interval_s)
        params = [("startTime", _spelt(since)), ("endTime", _spelt(last)), ("interval", f"{self.options.interval_s}s")]
        told, refused = self._streams("interpolated", ids, params)
        return [one for tag, items in told.items() for one in self._samples(tag, items, since, until)], refused

    def _streams(
        self, what: str, ids: Mapping[str, str], params: list[tuple[str, str]]
    ) -> tuple[dict[str, list[Any]], dict[str, str]]:
        """Return the items of each tag, and why some have none; a request that fails as a whole is taken apart."""
        answer = self.session.get(
            f"streamsets/{what}", [*(("webId", web_id) for web_id in ids.values()), *params], also=_NO_TAG
        )
        if answer.status >= 400 and len(ids) > 1:
            return self._apart(lambda one: self._streams(what, one, params), ids)
        told = answer.json(self.where)
        if answer.status >= 400:
            return {}, {tag: _why(told, answer) for tag in ids}
        by_id = {str(s.get("WebId")): s for s in _items(told)}
        found: dict[str, list[Any]] = {}
        refused: dict[str, str] = {}
        for tag, web_id in ids.items():
            stream = by_id.get(web_id)
            error = "it is not in the answer" if stream is None else _error(stream)
            if error:
                refused[tag] = error
            else:
                found[tag] = _items(stream)
        return found, refused

    @staticmethod
    def _apart(
        ask: Callable[[Mapping[str, str]], tuple[dict[str, list[Any]], dict[str, str]]], ids: Mapping[str, str]
    ) -> tuple[dict[str, list[Any]], dict[str, str]]:
        found: dict[str, list[Any]] = {}
        refused: dict[str, str] = {}
        for tag, web_id in ids.items():
            taken, no = ask({tag: web_id})
            found |= taken
            refused |= no
        return found, refused

    def current(self, tags: Sequence[str]) -> Stretch:
        """Return the newest value of each tag."""
        ids, refused = self.ids(tags)
        found: list[Sample] = []
        for tag, web_id in ids.items():
            answer = self.session.get(f"streams/{web_id}/value", also=_NO_TAG)
            told = answer.json(self.where)
            if answer.status >= 400 or not isinstance(told, dict):
                refused[tag] = _why(told, answer)
            else:
                one = sample(tag, told, datetime.now(UTC), words=tag == self._words)
                found += [] if one is None else [one]
        return Stretch(found, refused)

    def _samples(self, tag: str, items: list[Any], since: datetime, until: datetime) -> list[Sample]:
        received = datetime.now(UTC)
        made = [sample(tag, item, received, words=tag == self._words) for item in items if isinstance(item, dict)]
        return [one for one in made if one is not None and one.t_source is not None and since <= one.t_source < until]


def _items(told: Any) -> list[Any]:
    items = told.get("Items") if isinstance(told, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _error(stream: Mapping[str, Any]) -> str:
    told = stream.get("WebException") or stream
    errors = told.get("Errors") if isinstance(told, Mapping) else None
    return "; ".join(map(str, errors)) if isinstance(errors, list) and errors else ""


def _why(told: Any, answer: Answer) -> str:
    return (_error(told) if isinstance(told, dict) else "") or f"the server answers {answer.status}"


def _spelt(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
