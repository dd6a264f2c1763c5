"""A real HTTP server in a thread, whose answers and faults the test says."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    params: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: str

    @property
    def query(self) -> dict[str, str]:
        return dict(self.params)


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    pause_s: float = 0.0
    cut_at: int | None = None  # half a body: so many bytes of those that were announced


def told(value: Any, **more: Any) -> Reply:
    return Reply(json.dumps(value).encode(), **more)


def bomb(megabytes: int) -> Reply:
    packed = gzip.compress(b'["' + b"a" * (megabytes << 20) + b'"]')
    return Reply(packed, headers={"Content-Encoding": "gzip"})


class Site:
    """Answers with `answer`; `faults` are given first, one a question."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.answer, self.asked, self.faults = answer, list[Asked](), list[Reply]()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                asked = Asked(self.command, parts.path, parse_qsl(parts.query), self.headers, body)
                site.asked.append(asked)
                self._say(site.faults.pop(0) if site.faults else site.answer(asked))

            do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 - the library's names

            def _say(self, reply: Reply) -> None:
                time.sleep(reply.pause_s)
                try:
                    self.send_response(reply.status)
                    self.send_header("Content-Type", reply.kind)
                    self.send_header("Content-Length", str(len(reply.body)))
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply.body[: reply.cut_at])
                except OSError:
                    return  # the client went away, which is what some tests are about
                if reply.cut_at is not None:
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
