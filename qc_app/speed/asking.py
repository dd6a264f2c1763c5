"""Questions at a steady rate, whatever the answers do: time is counted from when each was due."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 16
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Answered:
    """One question.

    Parameters
    ----------
    seconds : float
        From when it was due (not from when it was sent: a stalled server must not slow the count) to the last byte.
    status : int
        0: no answer.
    """

    seconds: float
    status: int


def ask(port: int, questions: Sequence[bytes], rate: float, seconds: float) -> list[Answered]:
    """Send whole HTTP requests to this machine, `rate` a second, and return how each was answered.

    Parameters
    ----------
    port : int
    questions : sequence of bytes
        Requests as they go over the line, in turn; keep-alive.
    rate, seconds : float
    """
    return asyncio.run(_ask(port, questions, rate, round(rate * seconds)))


def question(path: str, body: bytes, token: str) -> bytes:
    r"""Return a POST as it goes over the line.

    Examples
    --------
    >>> question("/api/v1/score", b"{}", "qc_x").endswith(b"content-length: 2\r\n\r\n{}")
    True
    """
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


async def _ask(port: int, questions: Sequence[bytes], rate: float, n: int) -> list[Answered]:
    idle: asyncio.Queue[_Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(_Line(port))
    began = time.perf_counter() + 0.05
    waiting = []
    for i in range(n):
        due = began + i / rate
        await asyncio.sleep(max(due - time.perf_counter(), 0.0))
        waiting.append(asyncio.ensure_future(_one(idle, questions[i % len(questions)], due)))
    found = await asyncio.gather(*waiting)
    while not idle.empty():
        idle.get_nowait().close()
    return list(found)


async def _one(idle: asyncio.Queue[_Line], asked: bytes, due: float) -> Answered:
    line = await idle.get()
    try:
        status = await asyncio.wait_for(line.exchange(asked), PATIENCE_S)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        line.close()
        status = 0
    finally:
        idle.put_nowait(line)
    return Answered(time.perf_counter() - due, status)


class _Line:
    """One kept connection; opened when it is used first, and again after a failure."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, asked: bytes) -> int:
        """Send a request, take the whole answer, and return its status."""
        if self._ends is None:
            self._ends = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._ends
        writer.write(asked)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        return int(head[9:12])

    def close(self) -> None:
        """Let go of the connection."""
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None
