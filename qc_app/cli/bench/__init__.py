"""The yardstick: learners and peers on real stages, and what else is measured."""

from qc_app.cli.bench.group import register

__all__ = ["register"]
