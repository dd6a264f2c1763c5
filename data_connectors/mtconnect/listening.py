"""Following an agent by its sequence numbers; a buffer that ran over or was lost is a gap."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from data_connectors.base import Gap
from data_connectors.errors import SourceRefused
from data_connectors.http import Session
from data_connectors.http.rounds import keep
from data_connectors.live.sample import Sample, Sink
from data_connectors.mtconnect.documents import Document, document
from data_connectors.mtconnect.options import MtOptions
from data_connectors.mtconnect.values import samples

#: Statuses with which agents of different ages send their error documents.
ERRORS = (400, 404, 406, 416)
OUT_OF_RANGE = "OUT_OF_RANGE"


@dataclass(frozen=True, slots=True)
class Mark:
    """How far an agent was followed.

    Parameters
    ----------
    instance : str
    next : int
        Sequence number to ask for.
    at : datetime
        Up to when everything is known, by the agent's clock.
    """

    instance: str
    next: int
    at: datetime

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """Read a mark; an empty one is none."""
        if not text:
            return None
        told = json.loads(text)
        return cls(told["instance"], int(told["next"]), datetime.fromisoformat(told["at"]))

    def text(self) -> str:
        """Return the mark as JSON."""
        return json.dumps({"instance": self.instance, "next": self.next, "at": self.at.isoformat()})


class Agent:
    """Asks one agent.

    Parameters
    ----------
    session : Session
    options : MtOptions
    where : str
        For messages.
    """

    def __init__(self, session: Session, options: MtOptions, where: str) -> None:
        self.session, self._options, self.where = session, options, where

    def ask(self, what: str, *params: tuple[str, str]) -> Document:
        """Ask for ``probe``, ``current`` or ``sample``.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As the agent answers; one that is out of range is an answer.
        """
        path = f"{self._options.device}/{what}" if self._options.device else what
        chosen = [("path", self._options.path)] if self._options.path and what != "probe" else []
        found = document(self.session.get(path, [*chosen, *params], also=ERRORS), self.where)
        if found.error and found.error != OUT_OF_RANGE:
            raise SourceRefused(
                f"{self.where}: the agent says {found.error} ({found.said}) - check device and path in the source"
            )
        return found


class Listening:
    """The life of one listener.

    Parameters
    ----------
    options : MtOptions
    tags : sequence of str
    sink : Sink
    stop : threading.Event
    """

    def __init__(self, options: MtOptions, tags: Sequence[str], sink: Sink, stop: Event) -> None:
        self._options, self._tags, self._sink, self._stop = options, set(tags), sink, stop
        self._mark = Mark.read(sink.mark)
        self._heard: set[str] = set()

    def once(self, agent: Agent) -> str:
        """Read everything that is new and return what to say of it.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As the agent answers.
        """
        if self._mark is None:
            self._take(agent.ask("current"))
        while self._mark is not None and not self._stop.is_set():
            before = self._mark
            told = agent.ask("sample", ("from", str(before.next)), ("count", str(self._options.count)))
            lost = self._lost(told, before)
            if lost:
                self._go_on(agent, before, lost)
            else:
                self._take(told)
            if self._mark.next == before.next and self._mark.instance == before.instance:
                break
        silent = len(self._tags - self._heard)
        return f"{len(self._tags)} tags" + (f", {silent} of them not heard yet" if silent else "")

    def _lost(self, told: Document, before: Mark) -> str:
        """Return why observations before those in the answer cannot be known, or nothing."""
        if told.header.instance != before.instance:
            return "agent_restarted"
        return "buffer_overflow" if told.error or told.header.first > before.next else ""

    def _go_on(self, agent: Agent, before: Mark, cause: str) -> None:
        """Read on at the oldest observation that the agent still has, and keep the gap with it."""
        first = agent.ask("current").header
        if cause == "buffer_overflow" and first.first <= before.next <= first.next:
            raise SourceRefused(f"{agent.where}: the agent refuses count = {self._options.count} - set a lower count")
        told = agent.ask("sample", ("from", str(first.first)), ("count", str(self._options.count)))
        if told.error:
            told = agent.ask("current")
        until = min((one.at for one in told.observations), default=told.header.created)
        missed = first.first - before.next if cause == "buffer_overflow" else 0
        words = {
            "agent_restarted": "the agent began a new buffer; what it had and we had not read yet is gone",
            "buffer_overflow": f"the agent's buffer ran over: {missed} observations are gone - make it larger",
        }
        self._take(told, [Gap(before.at, max(until, before.at), cause, words[cause])])
        if missed > 0:
            self._sink.dropped(missed, cause)

    def _take(self, told: Document, gaps: Sequence[Gap] = ()) -> None:
        received = datetime.now(UTC)
        found: list[Sample] = [one for o in told.observations for one in samples(o, self._tags, received)]
        mark = Mark(told.header.instance, told.header.next, told.header.created)
        if keep(self._sink, self._stop, found, mark.text(), gaps):
            self._mark = mark
            self._heard.update(one.tag for one in found)
