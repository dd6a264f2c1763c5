"""The proof on the simulated plant."""
