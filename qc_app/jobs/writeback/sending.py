"""One outlet at work: recorded before it is told, stopped by a switch, taken back when there is nothing to believe."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from data_connectors.errors import ConnectorError
from data_connectors.writeback import Message, Outlet, Pace, Writer, make_writer
from data_connectors.writeback.message import taken_back
from qc_app.jobs.writeback.messages import new_messages
from qc_app.store import Store

log = logging.getLogger(__name__)

_AGAIN = timedelta(seconds=30)


class Sending:
    """Tells the predictions of one characteristic to one outlet.

    Parameters
    ----------
    store : Store
    outlet : Outlet
        One that is on.
    """

    def __init__(self, store: Store, outlet: Outlet) -> None:
        self.outlet = outlet
        self._store, self._room = store, store.outlet(outlet.name)
        self._pace = Pace(outlet.most_per_minute)
        self._writer: Writer | None = None
        self._beaten: datetime | None = None
        self._not_before: datetime | None = None

    def round(self) -> None:
        """Tell what is new and that we live; a place that does not answer is tried again half a minute later.

        Raises
        ------
        StoreError
            If it cannot be recorded; then nothing is told.
        """
        now = self._store.clock.now()
        if self._not_before is not None and timedelta(0) <= self._not_before - now <= _AGAIN:
            return
        try:
            stopped = self._room.stopped()
            if stopped is not None:
                self._take_back(now, f"stopped by {stopped.who}: {stopped.why}")
                return
            self._tell(now)
            self._beat(now)
        except ConnectorError as error:
            self._failed(now, error)

    def _tell(self, now: datetime) -> None:
        progress = self._room.progress()
        waiting = new_messages(self._store, self.outlet, progress.told_until, now)
        going = self._pace.allowed(waiting, now)
        if going:
            self._write(now, going, left_out=len(waiting) - len(going))
        elif progress.alive and self._is_old(now, progress.told_until):
            self._take_back(now, f"no unit for {self.outlet.max_age_s:g} s")

    def _is_old(self, now: datetime, told_until: datetime | None) -> bool:
        return told_until is None or (now - told_until).total_seconds() > self.outlet.max_age_s

    def _write(self, now: datetime, messages: list[Message], left_out: int = 0) -> None:
        """Record, tell, keep how far it is: a crash in between tells the newest once more, and the record shows it."""
        fields = [one.fields() for one in messages]
        self._room.record(now, "telling", fields)
        self._open().write(messages)
        self._room.record(now, "told", [{"count": len(fields)}])
        progress = self._room.progress()
        bad = sum(one.quality == "bad" for one in messages)
        units = [one.t_event for one in messages if one.unit_id]
        self._room.keep(
            replace(
                progress,
                told_until=max(units) if units else progress.told_until,
                told=progress.told + len(messages) - bad,
                withheld=progress.withheld + bad,
                left_out=progress.left_out + left_out,
                alive=messages[-1].quality != "bad",
                problem="",
                at=now,
            )
        )

    def _take_back(self, now: datetime, reason: str) -> None:
        """Tell the dead value, once, where something to be believed stands there now."""
        if self._room.progress().alive:
            self._write(now, [taken_back(self.outlet, now, reason)])
            log.info("write-back %s: taken back, %s", self.outlet.name, reason)

    def _beat(self, now: datetime) -> None:
        due = timedelta(seconds=self.outlet.heartbeat_s)
        if self._beaten is not None and timedelta(0) <= now - self._beaten < due:
            return
        number = self._room.progress().beats + 1
        self._open().beat(number, now)
        self._beaten = now
        self._room.keep(replace(self._room.progress(), beats=number, problem="", at=now))

    def _open(self) -> Writer:
        if self._writer is None:
            self._writer = make_writer(self.outlet)
        return self._writer

    def _failed(self, now: datetime, error: ConnectorError) -> None:
        log.warning("write-back %s: %s", self.outlet.name, error)
        self._room.record(now, "failed", [{"problem": str(error)}])
        self._room.keep(replace(self._room.progress(), problem=str(error), at=now))
        self._not_before = now + _AGAIN

    def close(self, reason: str = "the application ends") -> None:
        """Take back what stands there, and let go."""
        now = self._store.clock.now()
        try:
            self._take_back(now, reason)
        except ConnectorError as error:
            self._failed(now, error)
        if self._writer is not None:
            self._writer.close()
            self._writer = None
