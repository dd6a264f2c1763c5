"""Passwords of local accounts: argon2id, a least length, no rules of composition.

Length instead of composition, any character, no forced change: NIST SP 800-63B, 3.1.1; OWASP ASVS 5.0, 6.2. Cost of
argon2id: the second choice of RFC 9106, 4 (64 MiB, 3 passes, 4 lanes).
"""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from qc_app.errors import ActionError

SHORTEST, ADVISED, LONGEST = 8, 15, 256
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_TURNS = threading.BoundedSemaphore(2)  # each hash takes 64 MiB: a flood of attempts must wait, not fill the memory
#: A hash of nothing anyone knows, so that an unknown name takes as long as a known one.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AnP/QTT+/oHelwgenb4Iig$memge8VOlQShPnP/XJ0Kl4m8Oc8NflMSzMqIaEW1Ln0"


def check_new(password: str, name: str) -> None:
    """Let pass what may become the password of `name`.

    Raises
    ------
    ActionError
        If it is shorter than 8 characters, longer than 256, or the name itself.

    Examples
    --------
    >>> check_new("correct horse battery", "maria")
    >>> check_new("maria123", "Maria123")
    Traceback (most recent call last):
    qc_app.errors.ActionError: the password is the name - choose another, best three or four words
    """
    if len(password) < SHORTEST:
        raise ActionError(
            f"the password has {len(password)} characters - use at least {SHORTEST}, better {ADVISED}; any words do"
        )
    if len(password) > LONGEST:
        raise ActionError(f"the password has {len(password)} characters - use at most {LONGEST}")
    if password.casefold() == name.casefold():
        raise ActionError("the password is the name - choose another, best three or four words")


def hashed(password: str) -> str:
    """Return the argon2id hash of a password, with its salt and cost inside."""
    with _TURNS:
        return _HASHER.hash(_normal(password))


def matches(kept: str, password: str) -> bool:
    """Return whether `password` is the one of the hash `kept`; as slow as `hashed`, also where `kept` is no hash.

    Examples
    --------
    >>> matches("", "anything")
    False
    """
    with _TURNS:
        try:
            return _HASHER.verify(kept or NOBODY, _normal(password)[: 4 * LONGEST])
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """One spelling for what keyboards write in two (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())
