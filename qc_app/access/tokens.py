"""Random secrets that the program makes: of sessions, of displays, of a first sign-in. Only their digests are kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is mistaken for another


def new_token() -> str:
    """Return 256 random bits as text for a cookie or a link (OWASP ASVS 5.0, 7.2.3 asks for 128)."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """Return a one-time code that a person can read out: four groups of five signs, 99 random bits.

    Examples
    --------
    >>> len(new_code().split("-"))
    4
    """
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def key_of(token: str) -> str:
    """Return what is kept of a token: its SHA-256, from which nobody can sign in.

    Examples
    --------
    >>> key_of("a")[:8]
    'ca978112'
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(key_of(one), key_of(other))
