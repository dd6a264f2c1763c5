"""The body of an answer, unpacked, and never larger or slower than allowed."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator

import httpx

_PIECE = 65_536
#: zlib's window bits that take gzip and zlib headers alike.
_EITHER = 47


class TooLarge(Exception):  # noqa: N818 - reads as the state that it is
    """An answer is larger than allowed."""


class Broken(Exception):  # noqa: N818 - reads as the state that it is
    """An answer ended too early, came too slowly, or cannot be unpacked."""


def body(response: httpx.Response, most: int, deadline: float) -> bytes:
    """Return the body of an open response.

    The pieces are unpacked here, each bounded, because a library unpacks a whole piece at once and one kilobyte of gzip
    may hold a megabyte.

    Parameters
    ----------
    response : httpx.Response
        Opened for streaming.
    most : int
        Bytes, unpacked.
    deadline : float
        By ``time.monotonic``.

    Raises
    ------
    TooLarge, Broken
    """
    coding = response.headers.get("content-encoding", "identity").strip().casefold()
    if coding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
        raise Broken(f"it is packed as {coding!r}, which was not asked for")
    raw = response.iter_raw(_PIECE)
    parts: list[bytes] = []
    size = 0
    for part in raw if coding in {"identity", ""} else unpacked(raw, most):
        size += len(part)
        if size > most:
            raise TooLarge
        if time.monotonic() > deadline:
            raise Broken("it came too slowly")
        parts.append(part)
    return b"".join(parts)


def unpacked(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    """Yield the content of gzip or zlib data in pieces of at most 64 KiB.

    Examples
    --------
    >>> b"".join(unpacked(iter([zlib.compress(b"temp")]), 100))
    b'temp'
    >>> sum(map(len, unpacked(iter([zlib.compress(bytes(10_000_000))]), 100)))
    Traceback (most recent call last):
        ...
    data_connectors.http.body.TooLarge
    """
    size = 0
    reader = zlib.decompressobj(_EITHER)
    for piece in pieces:
        left = piece
        while left:
            try:
                part = reader.decompress(left, _PIECE)
            except zlib.error as error:
                raise Broken(f"it cannot be unpacked ({error})") from error
            left = reader.unconsumed_tail
            size += len(part)
            if size > most:
                raise TooLarge
            if part:
                yield part
    rest = reader.flush()
    if not reader.eof:
        raise Broken("its packed content ends too early")
    if rest:
        yield rest
