"""Signatures of webhooks, as receivers know them: the Standard Webhooks specification, version 1.

Headers ``webhook-id``, ``webhook-timestamp`` (seconds since 1970) and ``webhook-signature``: ``v1,`` and the base64 of
HMAC-SHA256 over ``id.timestamp.body``. Source: https://github.com/standard-webhooks/standard-webhooks (spec, section
"Signature scheme"). A receiver refuses what is older than five minutes, and does nothing twice for one id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"
TOLERANCE_S = 300


def signed(key: str, identity: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``webhook-signature``.

    Parameters
    ----------
    key : str
        ``whsec_`` and base64, or any text.
    identity : str
        The letter's key.
    timestamp : int
        Seconds since 1970, of the machine's clock.
    body : bytes

    Examples
    --------
    The example of the specification:

    >>> signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...        b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    told = b".".join([identity.encode(), str(timestamp).encode(), body])
    return "v1," + base64.b64encode(hmac.new(_secret(key), told, hashlib.sha256).digest()).decode()


def genuine(key: str, identity: str, timestamp: int, body: bytes, signature: str, now: int) -> bool:  # noqa: PLR0917
    """Return whether a delivery is what it says and fresh, as a receiver should ask.

    Examples
    --------
    >>> said = signed("secret", "a", 1000, b"{}")
    >>> genuine("secret", "a", 1000, b"{}", said, 1060), genuine("secret", "a", 1000, b"{ }", said, 1060)
    (True, False)
    >>> genuine("secret", "a", 1000, b"{}", said, 2000)
    False
    """
    fresh = abs(now - timestamp) <= TOLERANCE_S
    return fresh and any(
        hmac.compare_digest(signed(key, identity, timestamp, body), one) for one in signature.split(" ")
    )


def _secret(key: str) -> bytes:
    if not key.startswith(PREFIX):
        return key.encode()
    try:
        return base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        return key.encode()
