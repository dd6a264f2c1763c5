"""Guards of the gate for stages that run on small hardware: the exported model is equal, and quick enough."""

from __future__ import annotations

from models.base import Adapted, Array
from models.errors import NotExportable
from models.export.exported import export_model
from models.export.latency import Latency
from models.export.parity import BOUND, Parity
from models.guards import Guard

BUDGET_MS = 50.0


def export_guards(model: Adapted, x: Array, t: Array | None, budget_ms: float = BUDGET_MS) -> tuple[Guard, ...]:
    """Check that a challenger can be exported, answers alike then, and answers for one unit within the budget.

    Parameters
    ----------
    model : Adapted
    x : ndarray, shape (n, d)
        Real units of the stage.
    t : ndarray, shape (n,), or None
        Their event times, seconds.
    budget_ms : float
        Most milliseconds for one unit.

    Returns
    -------
    tuple of Guard

    Raises
    ------
    ExportError
        If the packages for it are missing.
    """
    try:
        exported = export_model(model, x, t)
    except NotExportable as error:
        return (Guard("exportable", False, 0.0, 1.0, f"it cannot be exported: {error}"),)
    return exported_equal(exported.parity), quick_enough(exported.latency, budget_ms)


def exported_equal(parity: Parity, bound: float = BOUND) -> Guard:
    """The exported model may differ by `bound` of the interval's width at most.

    Examples
    --------
    >>> exported_equal(Parity(100, 2e-6, 0.0, 0)).sentence
    'the exported model answers alike: 2e-06 of the interval width on 100 units'
    """
    passed = parity.holds(bound)
    verb = "answers alike" if passed else "answers otherwise"
    sentence = f"the exported model {verb}: {parity.deviation:.0e} of the interval width on {parity.rows} units"
    return Guard("export", passed, parity.deviation, bound, sentence)


def quick_enough(latency: Latency, budget_ms: float = BUDGET_MS) -> Guard:
    """One unit may take `budget_ms` milliseconds at most.

    Examples
    --------
    >>> quick_enough(Latency(1.5, 9.0, 3.0, 9.0), 1.0).sentence
    'the exported model takes 1.5 ms a unit, 1 allowed'
    """
    passed = latency.one_ms <= budget_ms
    sentence = f"the exported model takes {latency.one_ms:.1f} ms a unit{'' if passed else f', {budget_ms:g} allowed'}"
    return Guard("export latency", passed, latency.one_ms, budget_ms, sentence)
