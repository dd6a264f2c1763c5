"""Changing the definition of the plant."""

from __future__ import annotations

from qc_app.access import Actor
from qc_app.actions.permission import authorise, record
from qc_app.plant import difference, digest, parse, render, require_sound
from qc_app.store import Store


def apply_plant(store: Store, actor: Actor, text: str, reason: str = "", where: str = "plant.toml") -> list[str]:
    """Check a definition and put it in force; the old one stays in the history.

    Parameters
    ----------
    store : Store
    actor : Actor
    text : str
        The plant as TOML.
    reason : str
        Why it changes.
    where : str
        Name of the file, for messages.

    Returns
    -------
    list of str
        What changed, in sentences; empty if the definition is the one in force, and then nothing is written.

    Raises
    ------
    NotAllowed
        Below engineer.
    PlantError
        If the definition is wrong; the one in force stays.
    """
    authorise(store, actor, "apply_plant", "plant", reason)
    new = parse(text, where)
    require_sound(new, store.clock.now, where)
    current = store.journal.plants.current()
    if current is not None and current.digest == digest(new):
        return []
    changes = difference(parse(current.definition), new) if current else [f"Plant {new.name!r} is defined."]
    store.journal.plants.save(render(new), digest(new), actor.name, reason, store.clock.now())
    record(
        store, actor, "apply_plant", new.name, reason=reason, detail={"digest": digest(new), "changes": changes[:50]}
    )
    return changes
