"""The checkpoint of a live source: up to where its spool was read, and from where it is read again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from data_connectors.errors import SourceRefused
from data_connectors.live.spool import Place

START = Place()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a spool has come.

    Parameters
    ----------
    begin : Place
        From here on it is read again: values before it are in rows and can amend none.
    seen : Place
        Everything before it was seen; what lies between the two is read again only to make whole rows.
    done : int or None
        Moments up to this one (microseconds since 1970) have their rows.
    state : dict
        What the assembly carries from row to row.

    Examples
    --------
    >>> progress = Progress(Place(7, 10), Place(7, 30), done=5)
    >>> Progress.parse(progress.text()) == progress
    True
    """

    begin: Place = START
    seen: Place = START
    done: int | None = None
    state: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> Progress:
        """Read a checkpoint; None is the beginning.

        Raises
        ------
        SourceRefused
            If the text is not a checkpoint of a live source.
        """
        if text is None:
            return cls()
        try:
            told = json.loads(text)
            done = None if told["done"] is None else int(told["done"])
            return cls(Place(*map(int, told["begin"])), Place(*map(int, told["seen"])), done, dict(told["state"]))
        except (ValueError, TypeError, KeyError) as error:
            said = f"checkpoint {text[:60]!r} is not one of a live source - read from the start"
            raise SourceRefused(said) from error

    def text(self) -> str:
        """Return the checkpoint as JSON."""
        begin, seen = ([place.segment, place.offset] for place in (self.begin, self.seen))
        return json.dumps({"begin": begin, "seen": seen, "done": self.done, "state": self.state})
