"""Errors of the application.

The tree::

    QcError
    ├── PlantError       the plant definition is wrong (exit code 2)
    ├── SettingsError    where things run is wrong (exit code 2)
    ├── NotAllowed       the role may not do this
    ├── ActionError      what was asked cannot be done now; says why
    │   └── NotYet       what is asked for needs data that have not come; nothing is wrong
    ├── StoreError       the lake, the journal or the registry cannot be read or written
    │   ├── StoreBusy    another process holds it
    │   └── StoreDamaged a part is missing or does not match its digest
    └── AlreadyRunning   a second scheduler, or a port in use
"""


class QcError(Exception):
    """Root of everything the application raises on purpose."""


class PlantError(QcError):
    """The plant definition is wrong; the message says what, where and what to do."""


class SettingsError(QcError):
    """The settings of where things run are wrong."""


class NotAllowed(QcError):  # noqa: N818 - reads as what happened
    """The actor's role may not do this."""


class ActionError(QcError):
    """What was asked cannot be done now."""


class NotYet(ActionError):  # noqa: N818 - reads as what happened
    """What is asked for needs data that have not come; the message says which, and nothing is wrong."""


class WrongUse(ActionError):  # noqa: N818 - reads as what it is
    """What was typed cannot be read, whatever the state of the plant: the same exit code as a wrong option."""


class StoreError(QcError):
    """The lake, the journal or the registry cannot be read or written.

    Parameters
    ----------
    message : str
        What, where and what to do.
    reason : str
        Reason code for readiness and alarms: ``disk_full``, ``read_only``, ``permission``, ``busy``, ``fenced``,
        ``newer_store``, ``unreachable``, ``damaged``, ``no_home``, or empty.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class StoreBusy(StoreError):  # noqa: N818 - reads as what happened
    """Another process holds the store."""


class StoreDamaged(StoreError):  # noqa: N818 - reads as what happened
    """A part of the store is missing or does not match its digest."""


class AlreadyRunning(QcError):  # noqa: N818 - reads as what happened
    """Another scheduler leads, or the port is taken."""
