"""The ledger method: a feeder notes outside the system what it offered and what was acknowledged; a checker compares.

``lost`` = acknowledged and neither stored nor held nor in a declared gap; ``phantom`` = stored and never offered;
``dup`` = stored more than once; ``torn`` = stored with other content. All four are 0, and S4 balances. Every cell that
uses it has a mutant which must make one of the numbers rise.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

Record = Hashable


@dataclass
class Ledger:
    """What was offered and what was acknowledged, in a file of its own, record by record.

    Parameters
    ----------
    path : Path
        Outside the store; appended to and read again after a fault.
    """

    path: Path
    offered: list[Record] = field(default_factory=list)
    acked: set[Record] = field(default_factory=set)

    def offer(self, records: Iterable[Record]) -> None:
        self._note("offered", list(records))

    def ack(self, records: Iterable[Record]) -> None:
        self._note("acked", list(records))

    def _note(self, what: str, records: list[Record]) -> None:
        with self.path.open("a", encoding="utf8") as file:
            file.write(json.dumps([what, records]) + "\n")
        if what == "offered":
            self.offered += records
        else:
            self.acked |= set(records)

    @classmethod
    def read(cls, path: Path) -> Ledger:
        """Read a ledger that another process wrote; a last line that was cut off is no entry."""
        found = cls(path)
        for line in path.read_text(encoding="utf8").splitlines() if path.exists() else ():
            try:
                what, records = json.loads(line)
            except ValueError:
                break
            kept = [tuple(r) if isinstance(r, list) else r for r in records]
            if what == "offered":
                found.offered += kept
            else:
                found.acked |= set(kept)
        return found


def faults_of(
    ledger: Ledger,
    stored: Iterable[Record],
    *,
    identity: int = 1,
    held: Collection[Record] = (),
    gaps: Collection[Record] = (),
) -> dict[str, int]:
    """Compare the ledger with what is there; all numbers must be 0.

    Parameters
    ----------
    ledger : Ledger
    stored : iterable of tuple
        Every row that the store holds, as the feeder would write it.
    identity : int
        How many of the first fields of a record say whose it is; the rest is content.
    held, gaps : collection of tuple
        Records in quarantine, and those in a declared gap.
    """
    found = Counter(stored)
    offered = set(ledger.offered)
    whose = {record[:identity] for record in offered}  # type: ignore[index]
    strange = set(found) - offered
    torn = {record for record in strange if record[:identity] in whose}  # type: ignore[index]
    return {
        "lost": len(ledger.acked - set(found) - set(held) - set(gaps)),
        "phantom": len(strange - torn),
        "dup": sum(n - 1 for n in found.values()),
        "torn": len(torn),
    }
