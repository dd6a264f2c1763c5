"""One server asked over HTTP: bounded, patient for a while, following no one elsewhere, secrets in no message."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx

from data_connectors.errors import ConnectorError, SourceRefused, SourceUnavailable
from data_connectors.http.addresses import addresses
from data_connectors.http.body import Broken, TooLarge, body
from data_connectors.http.options import HttpOptions
from data_connectors.live.reconnecting import waits
from data_connectors.names import printable

Params = Sequence[tuple[str, str]]
Wait = Callable[[float], object]

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_NO_ENTRY = (401, 403, 407)
#: A server that asks for a longer pause is asked again at the next reading instead.
MOST_PAUSE_S = 60.0
_FIRST_S, _LONGEST_S = 0.5, 8.0
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said.

    Parameters
    ----------
    status : int
    kind : str
        The content type, lower case, without its parameters.
    content : bytes
        Unpacked.
    place : str
        Address without question, for messages.
    date : datetime or None
        The server's clock, where it tells.
    """

    status: int
    kind: str
    content: bytes
    place: str
    date: datetime | None = None

    def json(self, where: str, decimal: str = "") -> Any:
        """Return the JSON it holds.

        Parameters
        ----------
        where : str
            For messages.
        decimal : str
            If given: numbers stay the text that was written, with this decimal sign, so that nothing is rounded and no
            id becomes a number.

        Raises
        ------
        SourceRefused
            If it is of another type.
        SourceUnavailable
            If it is broken off.
        """
        text = self.text(where, "json")
        try:
            if not decimal:
                return json.loads(text)
            return json.loads(text, parse_float=lambda n: n.replace(".", decimal), parse_int=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise SourceUnavailable(f"{where}: {self.place} answers what is no whole JSON ({error})") from error

    def text(self, where: str, *kinds: str) -> str:
        """Return its text; the content type must name one of `kinds` ("json", "xml", "csv").

        Raises
        ------
        SourceRefused
            If it is of another type, or no UTF-8.
        """
        if not any(kind in self.kind for kind in kinds):
            said = printable(self.content[:_SHOWN].decode("utf-8", "replace"))
            raise SourceRefused(
                f"{where}: {self.place} answers {self.kind or 'without a type'} instead of {kinds[0]} ({said}) -"
                " check url and sign-in"
            )
        try:
            return self.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise SourceRefused(f"{where}: {self.place} answers what is no UTF-8 ({error.reason})") from error


class Session:
    """Connections to one server; close it, or use it in a ``with`` block.

    Parameters
    ----------
    options : HttpOptions
    where : str
        For messages: ``source 'x'``.
    wait : callable
        Waits so many seconds; a listener gives one that ends early when it is to stop.
    headers : mapping of str to str, optional
        More headers, e.g. what the kind accepts, or a sign-in of its own.
    """

    def __init__(
        self, options: HttpOptions, where: str, wait: Wait = time.sleep, headers: Mapping[str, str] | None = None
    ) -> None:
        self._options, self._where, self._wait = options, where, wait
        self._rng = random.Random()
        self._base = httpx.URL(options.url)
        told = {"Accept-Encoding": "gzip", "User-Agent": "qc-app", **(headers or {}), **options.headers(where)}
        inner = httpx.HTTPTransport(verify=options.tls(where) if options.secure else False, trust_env=False)
        self._client = httpx.Client(
            transport=_Guarded(inner, where), headers=told, timeout=options.timeout_s, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(self, path: str = "", params: Params = (), *, also: Sequence[int] = ()) -> Answer:
        """Ask for what stands at `path` below the url.

        Parameters
        ----------
        path : str
        params : sequence of (str, str)
            Added to those of the url.
        also : sequence of int
            Statuses of 400 and above that are an answer too.

        Raises
        ------
        SourceUnavailable
            If the server cannot be reached, fails, is too slow or breaks off, after some retries.
        SourceRefused
            If it refuses, sends us elsewhere, says too much, or may not be asked.
        """
        return self._asked("GET", self._url(path, params), None, also)

    def follow(self, link: str, *, also: Sequence[int] = ()) -> Answer:
        """Ask for a link that the server gave, which must lead to itself.

        Raises
        ------
        SourceUnavailable, SourceRefused
            As `get`.
        """
        url = self._base.join(link)
        self._require_same(self._base, url)
        return self._asked("GET", url, None, also)

    def post(self, path: str, content: str, kind: str, params: Params = (), *, also: Sequence[int] = ()) -> Answer:
        """Put a question that is too long for an address; as `get`, for services that only read."""
        return self._asked("POST", self._url(path, params), (content.encode(), kind), also)

    def _url(self, path: str, params: Params) -> httpx.URL:
        base = self._base
        if path:
            base = base.copy_with(path=f"{base.path.rstrip('/')}/{path.lstrip('/')}")
        return base.copy_merge_params(httpx.QueryParams([*base.params.multi_items(), *params])) if params else base

    def _asked(self, method: str, url: httpx.URL, said: tuple[bytes, str] | None, also: Sequence[int]) -> Answer:
        failures = 0
        while True:
            try:
                return self._once(method, url, said, also)
            except _Again as again:
                failures += 1
                pause = again.pause_s
                if failures > self._options.retries or (pause is not None and pause > MOST_PAUSE_S):
                    raise SourceUnavailable(f"{self._where}: {again.words}") from again.__cause__
                self._wait(waits(failures, self._rng, _FIRST_S, _LONGEST_S) if pause is None else pause)

    def _once(self, method: str, url: httpx.URL, said: tuple[bytes, str] | None, also: Sequence[int]) -> Answer:
        content, headers = (None, {}) if said is None else (said[0], {"Content-Type": said[1]})
        deadline = time.monotonic() + 10 * self._options.timeout_s
        for _ in range(_MOST_REDIRECTS + 1):
            place = _place(url)
            try:
                with self._client.stream(method, url, content=content, headers=headers) as response:
                    if response.status_code in _REDIRECTS:
                        url = self._elsewhere(url, response)
                        continue
                    read = body(response, self._options.max_mb << 20, deadline)
                    return self._judged(response, read, place, also)
            except TooLarge:
                raise SourceRefused(
                    f"{self._where}: {place} answers more than {self._options.max_mb} MB - ask for less at once, or"
                    " set max_mb"
                ) from None
            except (httpx.HTTPError, Broken) as error:
                raise _Again(f"{place} does not answer ({_words(error)}) - check server and network") from error
        raise SourceRefused(f"{self._where}: {_place(url)} sends us on for ever - check url")

    def _elsewhere(self, url: httpx.URL, response: httpx.Response) -> httpx.URL:
        target = url.join(response.headers.get("location", ""))
        self._require_same(url, target)
        return target

    def _require_same(self, url: httpx.URL, target: httpx.URL) -> None:
        if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
            raise SourceRefused(
                f"{self._where}: {_place(url)} sends us to {_place(target)}, which is not followed - set url to it if"
                " that is meant"
            )

    def _judged(self, response: httpx.Response, read: bytes, place: str, also: Sequence[int]) -> Answer:
        status = response.status_code
        if status < 300 or status in also:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().casefold()
            return Answer(status, kind, read, place, _date(response.headers.get("date", "")))
        said = printable(read[:_SHOWN].decode("utf-8", "replace")).strip()
        words = f"{place} answers {status} {response.reason_phrase}" + (f" ({said})" if said else "")
        if status in _TRY_AGAIN:
            raise _Again(f"{words} - try again later", _pause_s(response.headers.get("retry-after", "")))
        if status in _NO_ENTRY:
            raise SourceRefused(f"{self._where}: {words} - check auth, its secret and the rights it has")
        raise SourceRefused(f"{self._where}: {words} - check url and settings")


class _Again(Exception):  # noqa: N818 - reads as what is to be done
    """Something that may go well the next time."""

    def __init__(self, words: str, pause_s: float | None = None) -> None:
        super().__init__(words)
        self.words, self.pause_s = words, pause_s


class _Guarded(httpx.BaseTransport):
    """Connects to the very addresses that were looked at, so that a name cannot change its meaning in between."""

    def __init__(self, inner: httpx.HTTPTransport, where: str) -> None:
        self._inner, self._where = inner, where

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        port = url.port or (443 if url.scheme == "https" else 80)
        there = addresses(url.host, port, self._where)
        if there != [url.host]:
            request.extensions = {**request.extensions, "sni_hostname": url.host}
        for i, address in enumerate(there):
            request.url = url.copy_with(host=address)
            try:
                return self._inner.handle_request(request)
            except httpx.ConnectError:
                if i == len(there) - 1:
                    raise
        raise ConnectorError("a name without addresses")  # getaddrinfo raises instead of returning none

    def close(self) -> None:
        self._inner.close()


def _place(url: httpx.URL) -> str:
    return printable(str(url.copy_with(query=None, fragment=None, userinfo=b"")))


def _words(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "time-out"
    return str(error).strip() or type(error).__name__


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, TypeError):
        return None


def _pause_s(text: str) -> float | None:
    """Return what Retry-After asks for in seconds (RFC 9110, 10.2.3: a number or a date), or None."""
    if text.strip().isdigit():
        return float(text)
    until = _date(text)
    return None if until is None else max((until - datetime.now(UTC)).total_seconds(), 0.0)
