"""Pages of a list, and answers that need not be sent again."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel

from qc_app.api.problems import Refusal

MOST = 1000
T = TypeVar("T")
Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]
Cursor = Annotated[str, Query(max_length=2000, description="`next` of the page before; empty: the first page.")]


def cursor(place: str) -> str:
    """Return the text by which the next page is asked for.

    Examples
    --------
    >>> place_of(cursor("2026-03-01|C-1"))
    '2026-03-01|C-1'
    """
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(shown: str) -> str:
    """Return the place that a cursor names, empty for the first page.

    Raises
    ------
    Refusal
        422 if it is no cursor.
    """
    try:
        return base64.b64decode(shown + "=" * (-len(shown) % 4), altchars="-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise wrong_cursor() from None


def wrong_cursor() -> Refusal:
    """Return the refusal of what is no cursor of this list."""
    return Refusal(422, "cursor: this is not the `next` of a page of this list - begin without one")


def page(found: Sequence[T], shown: str, limit: int) -> tuple[list[T], str]:
    """Return a page of a list that is whole in memory, and the cursor of the next; empty at the end."""
    place = place_of(shown)
    if place and not (place.isascii() and place.isdigit() and len(place) < 12):
        raise wrong_cursor()
    start = int(place or 0)
    end = start + limit
    return list(found[start:end]), cursor(str(end)) if end < len(found) else ""


def tagged(request: Request, body: BaseModel) -> Response:
    """Return an answer with an ETag; 304 if the client has it already."""
    text = body.model_dump_json().encode()
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    asked = request.headers.get("if-none-match", "")
    if tag in {one.strip().removeprefix("W/") for one in asked.split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type="application/json")
