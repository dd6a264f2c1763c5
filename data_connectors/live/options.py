"""Settings that every live kind has: how values become rows, and how much room there is until the store has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data_connectors.errors import DefinitionError
from data_connectors.schema import Source
from data_connectors.settings_keys import setting

Rows = Literal["message", "moment", "unit"]
ROWS: tuple[Rows, ...] = ("message", "moment", "unit")

#: Keys of a live source besides those of its kind.
LIVE_KEYS = ("rows", "wait_s", "clock_ahead_s", "spool_mb")
SPOOL_MB = 256


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How what is heard becomes rows.

    Parameters
    ----------
    rows : {'message', 'moment', 'unit'}
        A row is one message; or all values of one moment; or the newest values when the unit tag (the source's
        ``unit_column``) changes, for the unit that ends then.
    wait_s : float
        How long the values of one moment are waited for, by their own clock.
    lateness_s : float
        So much later still (a minute at least), a value amends the row of its moment; then it goes to quarantine.
    clock_ahead_s : float
        A device's time that is further ahead of ours is not believed: the server's or ours is used.
    spool_mb : int
        Room on the disk until the store has what was heard; when it is used up, the source has to wait.

    Examples
    --------
    >>> LiveOptions.of(Source("line", "mqtt", "s", settings={"rows": "moments"}), "message")
    Traceback (most recent call last):
        ...
    data_connectors.errors.DefinitionError: source 'line': rows = 'moments' - use one of message, moment, unit
    """

    rows: Rows = "message"
    wait_s: float = 5.0
    lateness_s: float = 0.0
    clock_ahead_s: float = 300.0
    spool_mb: int = SPOOL_MB

    @classmethod
    def of(cls, source: Source, rows: Rows) -> LiveOptions:
        """Return the options of a source; `rows` is what its kind does by itself.

        Raises
        ------
        DefinitionError
            If one has the wrong type or an impossible value.
        """
        where = f"source {source.name!r}"
        chosen = setting(source, "rows", str(rows))
        found = next((r for r in ROWS if r == chosen), None)
        if found is None:
            raise DefinitionError(f"{where}: rows = {chosen!r} - use one of {', '.join(ROWS)}")
        options = cls(
            found,
            setting(source, "wait_s", 5.0),
            source.lateness_s,
            setting(source, "clock_ahead_s", 300.0),
            setting(source, "spool_mb", SPOOL_MB),
        )
        if options.wait_s < 0 or options.clock_ahead_s < 0 or options.spool_mb < 1:
            raise DefinitionError(f"{where}: wait_s and clock_ahead_s must not be negative, spool_mb must be above 0")
        return options
