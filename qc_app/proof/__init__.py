"""The proof on the simulated plant: faults of known onset, and what the nights made of them."""

from qc_app.proof.plot import plot
from qc_app.proof.report import figures, sentences, tables
from qc_app.proof.run import PARTS, Asked, Proof, run_proof

__all__ = ["PARTS", "Asked", "Proof", "figures", "plot", "run_proof", "sentences", "tables"]
