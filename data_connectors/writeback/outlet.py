"""Outlet: where predictions of one characteristic are told, and what may never be told there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from data_connectors.errors import DefinitionError
from data_connectors.names import listed, nearest
from data_connectors.schema import checked_name

OutletKind = Literal["opcua", "mqtt", "sql", "file"]


@dataclass(frozen=True, slots=True)
class Outlet:
    """One place outside to which the predictions of a characteristic are told.

    Parameters
    ----------
    name : str
        Unique in the plant.
    kind : {'opcua', 'mqtt', 'sql', 'file'}
    stage, characteristic : str
        Whose predictions.
    on : bool
        Nothing is told, and nothing that could is even loaded, unless this is true.
    low, high : float
        A value outside is never told; the receiver gets `dead_value` with the quality bad instead.
    most_per_minute : int
        What comes faster is left out, the newest is told.
    heartbeat_s : float
        A number that goes up is told so often; a receiver to which it stops must not believe the last value.
    max_age_s : float
        A unit older than this is not told any more, and without a newer one the last value is taken back.
    dead_value : float
        What stands there when there is nothing to be believed; a value the process can safely have.
    settings : mapping
        What the kind needs: address, credentials by reference, the namespace, topic, table or folder of its own.

    Raises
    ------
    DefinitionError
        If a part is missing or impossible.

    Examples
    --------
    >>> Outlet("to-plc", "opc_ua", "rolling-2", "thickness", low=-40, high=40, dead_value=0)
    Traceback (most recent call last):
        ...
    data_connectors.errors.DefinitionError: write-back 'to-plc': no kind 'opc_ua' - did you mean 'opcua'?
    """

    name: str
    kind: str
    stage: str
    characteristic: str
    low: float
    high: float
    dead_value: float
    on: bool = False
    most_per_minute: int = 60
    heartbeat_s: float = 10.0
    max_age_s: float = 3600.0
    settings: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check kind, limits and paces, and freeze the settings."""
        object.__setattr__(self, "name", checked_name(self.name, "write-back"))
        where = f"write-back {self.name!r}"
        if self.kind not in get_args(OutletKind):
            near = nearest(self.kind, get_args(OutletKind))
            hint = f"did you mean {near!r}?" if near else f"there are: {listed(get_args(OutletKind))}"
            raise DefinitionError(f"{where}: no kind {self.kind!r} - {hint}")
        if not self.low < self.high:
            raise DefinitionError(f"{where}: low {self.low} is not below high {self.high} - give what may be told")
        if not self.low <= self.dead_value <= self.high:
            raise DefinitionError(
                f"{where}: dead_value {self.dead_value} lies outside {self.low} to {self.high} - give one within"
            )
        if not (1 <= self.most_per_minute <= 6000 and self.heartbeat_s >= 1 and self.max_age_s > 0):
            raise DefinitionError(
                f"{where}: most_per_minute must be 1 to 6000, heartbeat_s at least 1, max_age_s above 0 - mend them"
            )
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))
