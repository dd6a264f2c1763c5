"""The cookie that holds a session's token: no script can read it, no other site can send it along."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from qc_app.settings import Settings


def is_https(settings: Settings) -> bool:
    """Return whether people reach the dashboard by TLS, as `url` in the settings says."""
    return settings.address.startswith("https://")


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; with TLS one that a browser takes from this host and by TLS alone.

    The prefix is that of RFC 6265bis, 4.1.3.2.

    Examples
    --------
    >>> cookie_name(Settings()), cookie_name(Settings(url="https://qc.works.example"))
    ('qc', '__Host-qc')
    """
    return "__Host-qc" if is_https(settings) else "qc"


def put(response: Response, settings: Settings, token: str, holds: timedelta) -> None:
    """Let a response set the cookie."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(holds.total_seconds()),
        path="/",
        secure=is_https(settings),
        httponly=True,
        samesite="lax",
    )
