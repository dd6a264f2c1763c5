"""Where a stage's measurements or labels come from, and how they are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from data_connectors.errors import DefinitionError
from data_connectors.schema.names import checked_name

Carries = Literal["measurements", "labels"]


def _frozen(mapping: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(mapping))


@dataclass(frozen=True, slots=True)
class Source:
    """Where one stage's measurements or labels come from, and how its columns are to be read.

    Parameters
    ----------
    name : str
        Unique in the plant; part of every record's identity.
    kind : str
        A kind of the catalogue: ``file_folder``, ``sql_table``, ``synthetic``, ...
    stage : str
        Id of the stage it feeds.
    carries : {"measurements", "labels"}
        Process parameters, or inspection results (which may come days later).
    unit_column, time_column : str
        The source's columns with the unit's id and the event time (for labels: the time of measurement).
    zone : str or None
        IANA zone of times that carry none; a naive time without it is rejected, never guessed.
    columns : mapping of str to str
        Our name -> the source's column, where they differ.
    units : mapping of str to str
        Our name -> the unit in which the source delivers, where it is not the plant's own.
    quality : mapping of str to str
        Our name -> the source's column with that value's quality code.
    decimal : {".", ","}
        The decimal sign in text.
    lateness_s : float
        How late a record may come and still be ordinary; one that comes later is stored and marked.
    idle_after_s : float
        Silent for longer, it does not hold back what waits for all sources of its stage.
    optional : tuple of str
        Parameters whose column may be missing: their values are then absent. Ingest adds those that came before.
    settings : mapping
        What only this kind needs: path, pattern, url, table, seed, ...
    parents : mapping of str to str
        Stage -> the source's column with the unit of that stage from which this unit was made.
    """

    name: str
    kind: str
    stage: str
    carries: Carries = "measurements"
    unit_column: str = "unit_id"
    time_column: str = "time"
    zone: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    quality: Mapping[str, str] = field(default_factory=dict)
    decimal: Literal[".", ","] = "."
    lateness_s: float = 0.0
    idle_after_s: float = 3600.0
    optional: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the choices and freeze the mappings."""
        object.__setattr__(self, "name", checked_name(self.name, "source"))
        if self.carries not in {"measurements", "labels"}:
            raise DefinitionError(f"source {self.name!r}: carries {self.carries!r} - use 'measurements' or 'labels'")
        if self.decimal not in {".", ","}:
            raise DefinitionError(f"source {self.name!r}: decimal {self.decimal!r} - use '.' or ','")
        if not self.lateness_s >= 0:
            raise DefinitionError(f"source {self.name!r}: lateness_s {self.lateness_s} is negative - give seconds")
        if not self.idle_after_s > 0:
            raise DefinitionError(f"source {self.name!r}: idle_after_s {self.idle_after_s} - give seconds above 0")
        for attribute in ("columns", "units", "quality", "parents"):
            object.__setattr__(self, attribute, _frozen(getattr(self, attribute)))
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))

    def column_of(self, name: str) -> str:
        """Return the source's column for our `name`.

        Examples
        --------
        >>> Source("files", "file_folder", "rolling-2", columns={"exit_temp": "ExitTemp"}).column_of("exit_temp")
        'ExitTemp'
        """
        return self.columns.get(name, name)
