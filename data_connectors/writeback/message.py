"""Message: one prediction as a receiver outside gets it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from data_connectors.base import Quality
from data_connectors.writeback.outlet import Outlet


@dataclass(frozen=True, slots=True)
class Message:
    """One value for the plant.

    Parameters
    ----------
    stage, characteristic : str
    unit_id : str
        Empty where the value belongs to no unit: it takes back what stood there.
    t_event : datetime
        Of the unit.
    value, lower, upper : float
        Prediction and interval, in the plant's unit of measure.
    quality : {'good', 'uncertain', 'bad'}
        Bad: `value` is the outlet's `dead_value`.
    reason : str
        Why it is not good; empty if it is.
    model : str
        Version of the model that answered.
    """

    stage: str
    characteristic: str
    unit_id: str
    t_event: datetime
    value: float
    lower: float
    upper: float
    quality: Quality
    reason: str
    model: str

    def checked(self, outlet: Outlet) -> Message:
        """Return the message as it may be told: beyond the outlet's limits it becomes the dead value, bad.

        Examples
        --------
        >>> from datetime import UTC
        >>> outlet = Outlet("o", "file", "s", "y", low=0, high=10, dead_value=5)
        >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        >>> told = Message("s", "y", "A1", noon, 99.0, 98.0, 100.0, "good", "", "m").checked(outlet)
        >>> told.value, told.quality
        (5, 'bad')
        """
        if outlet.low <= self.value <= outlet.high:
            return self
        return self.dead(outlet, f"{self.value:g} lies outside {outlet.low:g} to {outlet.high:g}")

    def dead(self, outlet: Outlet, reason: str) -> Message:
        """Return the message with the dead value, for a reason."""
        safe = outlet.dead_value
        return replace(self, value=safe, lower=safe, upper=safe, quality="bad", reason=reason)

    def fields(self) -> dict[str, Any]:
        """Return what is told, by name, times as ISO text."""
        return {
            "stage": self.stage, "characteristic": self.characteristic, "unit_id": self.unit_id,
            "t_event": self.t_event.isoformat(), "value": self.value, "lower": self.lower, "upper": self.upper,
            "quality": self.quality, "reason": self.reason, "model": self.model,
        }  # fmt: skip


def taken_back(outlet: Outlet, at: datetime, reason: str) -> Message:
    """Return what is told when nothing is to be believed: the dead value, bad, of no unit."""
    safe = outlet.dead_value
    return Message(outlet.stage, outlet.characteristic, "", at, safe, safe, safe, "bad", reason, "")
