"""How large the plants are, and what they must hold."""

from __future__ import annotations

from dataclasses import dataclass

#: In this order: what came in one is still there in the next.
PROFILES = ("steady", "burst", "outage", "restart", "night")
#: What feeds the stages: as the size says, or all of them one way.
FEEDS = ("mixed", "mqtt", "opcua", "table", "folder")


@dataclass(frozen=True, slots=True)
class Size:
    """A plant in tag mode: every stage tells a row of all its parameters, so many times a second.

    Parameters
    ----------
    stages, parameters : int
    rows_per_s : float
        Of one stage.
    live, tables, folders : int
        How many stages are fed by a broker, by tables and by dropped files; together `stages`.
    label_share : float
        Share of the units that are measured.
    lag_s : float or None
        What 99 % of the rows must keep from offered to readable, in steady running and beside a night.
    night_s : float
        What a night may take.
    catch_up : float
        How many times faster than real time an outage must be made up for.

    Examples
    --------
    >>> {name: round(size.values_per_s) for name, size in SIZES.items()}
    {'tiny': 8, 'small': 100, 'medium': 1200, 'large': 10000}
    """

    stages: int
    parameters: int
    rows_per_s: float
    live: int
    tables: int
    folders: int
    label_share: float
    lag_s: float | None = 5.0
    night_s: float = 3600.0
    catch_up: float = 5.0

    @property
    def values_per_s(self) -> float:
        """What all stages tell together."""
        return self.stages * self.parameters * self.rows_per_s


SIZES = {
    "tiny": Size(2, 4, 1.0, live=0, tables=1, folders=1, label_share=0.5),
    "small": Size(5, 20, 1.0, live=1, tables=0, folders=4, label_share=0.05, night_s=300.0),
    "medium": Size(20, 60, 1.0, live=11, tables=6, folders=3, label_share=0.02),
    "large": Size(52, 82, 10_000 / (52 * 82), live=34, tables=9, folders=9, label_share=0.016, lag_s=None),
}
