"""The proof on the simulated plant: faults of known onset, and what the nights and the gate made of them."""

from qc_app.proof.plot import plot
from qc_app.proof.report import figures, promoted, sentences, tables, worth
from qc_app.proof.run import PARTS, Asked, Proof, run_proof
from qc_app.proof.study import Studied, study_gate

__all__ = [
    "PARTS",
    "Asked",
    "Proof",
    "Studied",
    "figures",
    "plot",
    "promoted",
    "run_proof",
    "sentences",
    "study_gate",
    "tables",
    "worth",
]
