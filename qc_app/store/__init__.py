"""The lake, the journal and the registry: everything that happened."""

from qc_app.store import conservation
from qc_app.store.home import Store, open_store
from qc_app.store.in_force import plant_in_force
from qc_app.store.journal import Journal
from qc_app.store.journal.asked import CHOSEN, DRAWN, picked
from qc_app.store.journal.labels import BY_HAND
from qc_app.store.journal.plants import changed_meanwhile
from qc_app.store.lake import Lake
from qc_app.store.registry import Registry
from qc_app.store.trust import trust_folders

__all__ = [
    "BY_HAND",
    "CHOSEN",
    "DRAWN",
    "Journal",
    "Lake",
    "Registry",
    "Store",
    "changed_meanwhile",
    "conservation",
    "open_store",
    "picked",
    "plant_in_force",
    "trust_folders",
]
