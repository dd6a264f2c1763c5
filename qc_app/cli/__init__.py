"""The command line: ``qc --help``."""

from qc_app.cli.entry import main

__all__ = ["main"]
