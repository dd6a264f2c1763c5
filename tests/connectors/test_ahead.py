"""Reading ahead: order, errors and the end are those of reading without it."""

import threading
from collections.abc import Iterator

import pytest

from data_connectors.file_folder.ahead import ahead


def test_the_next_item_is_made_while_the_one_before_is_held():
    second = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        second.set()
        yield 2

    reading = ahead(items())
    assert next(reading) == 1
    assert second.wait(60)
    assert list(reading) == [2]


def test_never_more_than_one_ahead():
    made: list[int] = []

    def items() -> Iterator[int]:
        for i in range(10):
            made.append(i)
            yield i

    reading = ahead(items())
    assert [next(reading), next(reading)] == [0, 1]
    reading.close()  # type: ignore[attr-defined]
    assert made == [0, 1, 2]


def test_an_error_comes_after_the_items_before_it():
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("torn")

    reading = ahead(items())
    assert next(reading) == 1
    with pytest.raises(ValueError, match="torn"):
        next(reading)


def test_a_reader_that_stops_waits_for_the_item_under_way():
    going, done = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        yield 1
        going.wait(60)
        done.set()
        yield 2

    reading = ahead(items())
    next(reading)
    threading.Timer(0.05, going.set).start()
    reading.close()  # type: ignore[attr-defined]
    assert done.is_set()
