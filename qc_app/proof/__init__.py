"""The proof on the simulated plant: faults of known onset, and what the nights made of them."""

from qc_app.proof.run import Asked, Proof, run_proof

__all__ = ["Asked", "Proof", "run_proof"]
