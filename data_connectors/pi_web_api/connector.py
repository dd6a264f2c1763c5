"""The PI historian as a source."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import ClassVar

from data_connectors.base import Batch, Column, Offer, Probe
from data_connectors.errors import DefinitionError, SourceUnavailable
from data_connectors.http import Answer, HttpOptions, Session
from data_connectors.http.probing import clock, probed
from data_connectors.http.rounds import rounds
from data_connectors.live import Heard, Sink
from data_connectors.live.connector import LiveConnector
from data_connectors.live.options import LIVE_KEYS, LiveOptions, Rows
from data_connectors.live.past import past_of
from data_connectors.live.reconnecting import for_ever
from data_connectors.live.tags import tags_of
from data_connectors.names import listed
from data_connectors.pi_web_api.archive import Archive
from data_connectors.pi_web_api.listening import Listening, slices
from data_connectors.pi_web_api.options import PiOptions
from data_connectors.schema import Source, Stage


class PiWebApi(LiveConnector):
    r"""Tags of a PI historian, asked through PI Web API; nothing is ever written there.

    Each parameter's column is a tag (with `server`), a path ``\\SERVER\tag`` or ``\\AF\db\element|attribute``, or
    ``webid:...``. The historian is asked every so often from an overlap before the newest value on, after an outage
    from where each tag stood: a break costs nothing that the historian kept.

    Parameters
    ----------
    source : Source
        Settings as in :class:`~data_connectors.pi_web_api.options.PiOptions`,
        :class:`~data_connectors.http.options.HttpOptions` and :class:`~data_connectors.live.options.LiveOptions`.
    now : callable
        The present moment, aware.
    folder : Path or None
        The spool of this source; None where it is only to be looked at.

    Raises
    ------
    DefinitionError
        If a setting is unknown, missing, unsafe, or a literal secret.
    """

    kind: ClassVar[str] = "pi_web_api"
    options: ClassVar[tuple[type, ...]] = (PiOptions, HttpOptions, LiveOptions)
    rows: ClassVar[Rows] = "moment"

    def __init__(self, source: Source, now: Callable[[], datetime], folder: Path | None = None) -> None:
        super().__init__(source, now, folder)
        self._options = PiOptions.of(source, LIVE_KEYS)
        self._http = HttpOptions.of(source)
        self._where = f"source {source.name!r}"
        bare = [tag for tag in source.columns.values() if not tag.startswith(("\\\\", "webid:"))]
        if bare and not self._options.server:
            raise DefinitionError(
                f"{self._where}: tag {bare[0]!r} names no server - set server, or write its path \\\\SERVER\\{bare[0]}"
            )

    def listen(self, stage: Stage, sink: Sink, stop: Event) -> None:
        """Ask until `stop` is set; after an error the connection is made again for ever."""
        asking = Listening(self._options, self._tags(stage), sink, stop, self._now)

        def connection() -> None:
            sink.tell("connecting", self._http.url)
            with Session(self._http, self._where, stop.wait) as session:
                archive = self._archive(session)
                rounds(lambda: asking.once(archive), self._options.every_s, sink, stop)

        for_ever(connection, sink, stop, random.Random())

    def backfill(self, stage: Stage, sink: Sink, since: datetime, until: datetime) -> int:
        """Keep what the historian holds of ``[since, until)``; return how many values that are.

        Raises
        ------
        SourceUnavailable, SourceRefused
            If the server cannot be reached or breaks off, or a tag cannot be read.
        """
        kept = 0
        tags = self._tags(stage)
        with Session(self._http, self._where) as session:
            archive = self._archive(session)
            for begin, end in slices(since, until, self._options):
                found = archive.stretch(tags, begin, end)
                self._require_all(found.refused)
                sink.keep(found.samples, mark=sink.mark)
                kept += len(found.samples)
        return kept

    def past(self, stage: Stage, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield the rows of a stretch that the historian still tells.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As `backfill` does.
        """
        yield from past_of(self, stage, since, until, lambda sink, a, b: self.backfill(stage, sink, a, b))

    def _require_all(self, refused: dict[str, str]) -> None:
        if refused:
            said = listed(f"{tag} ({why})" for tag, why in refused.items())
            raise SourceUnavailable(f"{self._where}: not to be read: {said} - check tags and rights")

    def _archive(self, session: Session) -> Archive:
        return Archive(session, self._options, self._where, words=self.source.unit_column)

    def overhear(self, stage: Stage | None, items: int) -> Sequence[Heard]:  # noqa: ARG002 - one reading is enough
        """Read the newest values once; nothing is kept."""
        tags = self._tags(stage) if stage is not None else list(self.source.columns.values())
        with Session(self._http, self._where) as session:
            return self._archive(session).current(tags).samples

    def discover(self) -> list[Column]:
        """List the points of `server` with type and unit, up to a thousand; without one, what is mapped."""
        if not self._options.server:
            return super().discover()
        with Session(self._http, self._where) as session:
            params = [("path", f"\\\\{self._options.server}"), ("selectedFields", "WebId")]
            server = session.get("dataservers", params).json(self._where)["WebId"]
            fields = "Items.Name;Items.PointType;Items.EngineeringUnits"
            told = session.get(f"dataservers/{server}/points", [("maxCount", "1000"), ("selectedFields", fields)])
            points = told.json(self._where)["Items"]
        return [Column(p["Name"], _type(p.get("PointType", "")), unit=p.get("EngineeringUnits", "")) for p in points]

    def offer(self, items: int = 1000) -> Offer:
        """List the points as tags."""
        return Offer(tuple(self.discover())) if self._options.server else self.heard(items)

    def check(self) -> list[Probe]:
        """Try name, TCP, TLS, sign-in, the tags, one value and the clock; nothing is changed there."""
        home: list[Answer] = []
        with Session(self._http.once, self._where) as session:
            archive = self._archive(session)

            def sign_in() -> str:
                home.append(session.get())
                return "the server answers " + json.dumps(list(home[0].json(self._where)))[:80]

            def tags() -> str:
                asked = list(dict.fromkeys(self.source.columns.values()))
                self._require_all(archive.ids(asked)[1])
                return f"{len(asked)} tags are known" if asked else "no tag is mapped yet, which is fine"

            def value() -> str:
                found = archive.current(list(self.source.columns.values())[:1])
                self._require_all(found.refused)
                one = found.samples[0] if found.samples else None
                return "no value yet" if one is None else f"{one.tag} = {one.value} ({one.quality}, {one.t_source})"

            steps = [("sign-in", sign_in), ("tags", tags), ("value", value), ("clock", lambda: clock(home[0]))]
            return probed(self._http, self._where, steps)

    def _tags(self, stage: Stage) -> list[str]:
        return tags_of(self.source, stage, self.live_options.rows)


def _type(told: str) -> str:
    return "number" if told.startswith(("Float", "Int")) else "text"
