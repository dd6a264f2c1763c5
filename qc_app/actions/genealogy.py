"""What people say about what units were made of."""

from __future__ import annotations

import math

import polars as pl

from data_connectors.base import LINK_COLUMNS
from data_connectors.schema import Stage
from qc_app.access import Actor
from qc_app.actions.permission import authorise, current_plant, record
from qc_app.actions.table_text import Fields, fields_of
from qc_app.errors import ActionError
from qc_app.store import Store

#: The source under which links from a file are kept.
FROM_FILE = "imported"
_HEADS = {
    "unit": {"unit", "unit_id", "child"},
    "parent": {"parent", "made_of", "parent_unit"},
    "parent_stage": {"parent_stage", "stage", "from_stage"},
    "share": {"share", "weight"},
}


def import_links(store: Store, actor: Actor, stage: str, text: str, *, withdraw: bool = False, reason: str = "") -> str:
    """Keep links from a file: one line a unit and parent; what is known already changes nothing.

    Parameters
    ----------
    store : Store
    actor : Actor
    stage : str
        Stage of the units.
    text : str
        With a heading line: ``unit, parent``, and where wanted ``parent_stage`` (default: the one stage upstream) and
        ``share``, the part of the unit that came from the parent.
    withdraw : bool
        These links are wrong: they hold no more, and stay on record.
    reason : str

    Raises
    ------
    NotAllowed
        Below engineer.
    ActionError
        If a line cannot be understood; nothing is kept then.
    """
    authorise(store, actor, "import_links", stage, reason)
    plant = current_plant(store)
    of = plant.stage(stage)
    known = {s.id for s in plant.stages}
    lines = fields_of(text, _HEADS, {"unit", "parent"})
    rows = [(f["unit"], _above(f, of, known, n), f["parent"], _share(f, n)) for n, f in lines]
    frame = pl.DataFrame(rows, schema=LINK_COLUMNS, orient="row")
    changed = store.lake.append_links(stage, FROM_FILE, frame, withdrawn=withdraw)
    detail = {"lines": len(rows), "changed": changed, "withdrawn": withdraw}
    record(store, actor, "import_links", stage, reason=reason, detail=detail)
    verb = "withdrawn" if withdraw else "new"
    return f"{len(rows)} links read for stage {stage!r}: {changed} {verb}, {len(rows) - changed} change nothing"


def _above(fields: Fields, stage: Stage, known: set[str], line: int) -> str:
    named = fields.get("parent_stage", "")
    if named:
        if named not in known:
            raise ActionError(f"line {line}: there is no stage {named!r} - the plant has {', '.join(sorted(known))}")
        return named
    if len(stage.upstream) != 1:
        many = f"{len(stage.upstream)} stages are upstream of {stage.id!r}"
        raise ActionError(f"line {line}: {many}, so say which - add a column parent_stage")
    return stage.upstream[0]


def _share(fields: Fields, line: int) -> float | None:
    written = fields.get("share", "")
    if not written:
        return None
    try:
        share = float(written)
    except ValueError:
        share = math.nan
    if not 0 < share <= 1:
        raise ActionError(f"line {line}: share {written[:20]!r} - give a number above 0, at most 1, or leave it empty")
    return share
