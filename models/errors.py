"""Errors of the models.

The tree::

    ModelsError
    ├── TaskError       a task, or arrays given to predict, contradict themselves (wrong use)
    ├── UnknownName     no learner, detector or chart of that name
    ├── NotThisKind     this learner cannot serve such a task (the portfolio goes on without it)
    ├── NotExportable   this model cannot be written as ONNX, or not so that it answers alike
    ├── ExportError     an exported model is damaged or foreign, or the packages for it are missing
    ├── NotEnoughData   an answer would be invention; says how many more are needed
    └── StateError      a saved state is damaged, foreign or from a newer version
"""


class ModelsError(Exception):
    """Root of everything that `models` raises on purpose."""


class TaskError(ModelsError):
    """A task, or the arrays given with it, contradict themselves."""


class UnknownName(ModelsError):  # noqa: N818 - reads as what happened
    """No learner, detector or chart of that name is in the catalogue."""


class NotThisKind(ModelsError):  # noqa: N818 - reads as what happened
    """The learner cannot serve such a task."""


class NotEnoughData(ModelsError):  # noqa: N818 - reads as what happened
    """Too few rows for an honest answer.

    Parameters
    ----------
    message : str
    needed : int
        How many rows in all would be enough.
    """

    def __init__(self, message: str, needed: int) -> None:
        super().__init__(message)
        self.needed = needed


class StateError(ModelsError):
    """A saved state is damaged, foreign, or written by a newer version."""


class NotExportable(ModelsError):  # noqa: N818 - reads as what happened
    """The model has no translation to ONNX, or the translation does not answer as the model does."""


class ExportError(ModelsError):
    """An exported model is damaged, foreign or incomplete, or packages for it are not installed."""
