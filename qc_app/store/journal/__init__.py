"""The journal: every fact that is not one of many rows; a room for each kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from qc_app.records import Lease
from qc_app.store.journal.access.audit import AuditTrail
from qc_app.store.journal.access.people import Accounts, Consents, Sessions
from qc_app.store.journal.access.tokens import Replies, Tokens
from qc_app.store.journal.alarms.moves import AlarmMoves, Incidents
from qc_app.store.journal.alarms.outbox import Outbox
from qc_app.store.journal.alarms.raised import Alarms
from qc_app.store.journal.base.database import Database
from qc_app.store.journal.base.lease import Leases
from qc_app.store.journal.books import Books
from qc_app.store.journal.charting.exclusions import Exclusions
from qc_app.store.journal.charting.gauges import GaugeStudies
from qc_app.store.journal.charting.limits import FrozenLimits
from qc_app.store.journal.decisions import Decisions
from qc_app.store.journal.dispositions import Dispositions
from qc_app.store.journal.drift import Drift
from qc_app.store.journal.explanations import Explanations
from qc_app.store.journal.labels import Labels
from qc_app.store.journal.latest import LatestValues
from qc_app.store.journal.marks import Events, Gaps
from qc_app.store.journal.models import Models
from qc_app.store.journal.plants import Plants
from qc_app.store.journal.quarantine import Quarantine
from qc_app.store.journal.queue import Queue
from qc_app.store.journal.requests import Requests
from qc_app.store.journal.runs import Runs
from qc_app.store.journal.schemas import Schemas
from qc_app.store.migrations import upgrade

__all__ = ["Journal"]


class Journal:
    """The rooms of the journal on one database; every write is one transaction.

    Lists come oldest first.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql://user@host/name``; the tables are made or brought up to date.

    Raises
    ------
    StoreError
        If the database cannot be reached, or was written by a newer program.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, date, datetime
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     journal = Journal(f"sqlite:///{folder}/journal.sqlite")
    ...     first = journal.runs.start("adapt", "rolling-2", date(2026, 1, 1), now)
    ...     second = journal.runs.start("adapt", "rolling-2", date(2026, 1, 1), now)
    ...     journal.close()
    >>> first.status, second
    ('running', None)
    """

    def __init__(self, url: str) -> None:
        database = self.database = Database(url)
        with ExitStack() as undo:
            undo.callback(database.close)
            upgrade(database)
            undo.pop_all()
        self.plants = Plants(database)
        self.labels = Labels(database)
        self.books = Books(database)
        self.runs = Runs(database)
        self.decisions = Decisions(database)
        self.models = Models(database)
        self.alarms = Alarms(database)
        self.alarm_moves = AlarmMoves(database)
        self.incidents = Incidents(database)
        self.outbox = Outbox(database)
        self.drift = Drift(database)
        self.quarantine = Quarantine(database)
        self.schemas = Schemas(database)
        self.queue = Queue(database)
        self.gaps = Gaps(database)
        self.dispositions = Dispositions(database)
        self.events = Events(database)
        self.limits = FrozenLimits(database)
        self.exclusions = Exclusions(database)
        self.gauges = GaugeStudies(database)
        self.requests = Requests(database)
        self.audit = AuditTrail(database)
        self.latest = LatestValues(database)
        self.explanations = Explanations(database)
        self.lease = Leases(database)
        self.accounts = Accounts(database)
        self.sessions = Sessions(database)
        self.consents = Consents(database)
        self.tokens = Tokens(database)
        self.replies = Replies(database)

    @contextmanager
    def fenced(self, lease: Lease) -> Iterator[None]:
        """Let every write inside check first that `lease` still leads; it raises StoreError if not.

        For the whole process: a leader that was stopped and comes back writes nothing any more.
        """
        self.database.fence = lease
        try:
            yield
        finally:
            self.database.fence = None

    def close(self) -> None:
        """Let go of all connections."""
        self.database.close()
