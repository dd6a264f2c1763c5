"""Errors of the connectors.

The tree::

    ConnectorError
    ├── DefinitionError    a stage, parameter or source is described wrongly (wrong use: fix the plant definition)
    ├── SchemaError        the source answered, but its columns are not the ones described
    ├── SourceUnavailable  the source could not be reached or read now (transient: try again)
    ├── SourceRefused      the source said no for good (credentials, missing rights, unknown kind)
    └── SpoolFull          what a live source said has no room on disk until the store has taken some (the source waits)

A single value or row that cannot be used is no error: it becomes a :class:`~data_connectors.base.Reject`.
"""


class ConnectorError(Exception):
    """Root of everything a connector raises on purpose."""


class DefinitionError(ConnectorError):
    """A stage, a parameter, a characteristic or a source is described wrongly."""


class SchemaError(ConnectorError):
    """The source's columns are not those that the plant definition names."""


class SourceUnavailable(ConnectorError):  # noqa: N818 - reads as the state that it is
    """The source cannot be reached or read at the moment; a later attempt may succeed."""


class SourceRefused(ConnectorError):  # noqa: N818 - reads as the state that it is
    """The source refuses for good: credentials, rights or an unknown kind."""


class SpoolFull(ConnectorError):  # noqa: N818 - reads as the state that it is
    """The place on disk for what a live source says is used up; the source has to wait, nothing is dropped."""
