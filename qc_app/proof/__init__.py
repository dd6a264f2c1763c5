"""The proof on the simulated plant: faults of known onset, and what the nights and the gate made of them."""

from qc_app.proof.drift_report import drift_sentences, drift_tables
from qc_app.proof.plot import plot
from qc_app.proof.quiet_drift import DriftStudied, study_drift
from qc_app.proof.report import figures, promoted, sentences, tables, worth
from qc_app.proof.run import PARTS, Asked, Proof, run_proof
from qc_app.proof.study import Studied, study_gate

__all__ = [
    "PARTS",
    "Asked",
    "DriftStudied",
    "Proof",
    "Studied",
    "drift_sentences",
    "drift_tables",
    "figures",
    "plot",
    "promoted",
    "run_proof",
    "sentences",
    "study_drift",
    "study_gate",
    "tables",
    "worth",
]
