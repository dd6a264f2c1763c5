"""What the models refuse, as an error that pages show in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from models.errors import ModelsError, NotEnoughData
from qc_app.errors import ActionError, NotYet


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what the models refuse into an `ActionError` with the same words; too few data are no fault.

    Examples
    --------
    >>> from models.errors import NotEnoughData
    >>> with sentences():
    ...     raise NotEnoughData("one value, 2 are needed", 2)
    Traceback (most recent call last):
    qc_app.errors.NotYet: one value, 2 are needed
    """
    try:
        yield
    except NotEnoughData as error:
        raise NotYet(str(error)) from error
    except ModelsError as error:
        raise ActionError(str(error)) from error
