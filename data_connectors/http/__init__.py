"""Asking over HTTP: which addresses may be reached, how long and how much an answer may be, what an error means."""

from data_connectors.http.options import HTTP_KEYS, HttpOptions
from data_connectors.http.session import Answer, Session

__all__ = ["HTTP_KEYS", "Answer", "HttpOptions", "Session"]
