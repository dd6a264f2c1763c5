"""An identity provider as a process of its own; what it says can be spoilt in one thing, and is signed all the same.

The provider is the package oidc-provider-mock: discovery, code flow, its own keys. ``PUT /spoil/<what>`` makes the next
tokens wrong in one thing (`SPOILT`), ``PUT /spoil/nothing`` right again.
"""

from __future__ import annotations

import os
import sys

import oidc_provider_mock
import uvicorn
from authlib import jose
from oidc_provider_mock import _app as provider

SPOILT = ("nothing", "nonce", "expired", "issuer", "audience", "key")
_now = {"spoilt": "nothing"}


class SpoiltCode(provider.OpenIDCode):
    """What is told in the ID token, with one thing wrong."""

    def get_jwt_config(self, grant, client=None):
        told = super().get_jwt_config(grant, client)
        changed = {"expired": {"exp": -3600}, "issuer": {"iss": "https://id.elsewhere.example"}}
        if _now["spoilt"] == "key":
            told["key"] = jose.RSAKey.generate_key(is_private=True).as_dict(is_private=True)
        return told | changed.get(_now["spoilt"], {})

    def get_client_claims(self, client):
        claims = super().get_client_claims(client)
        return claims | ({"aud": ["another-program"]} if _now["spoilt"] == "audience" else {})


class SpoiltAnswer(provider.AuthorizationCode):
    """A code that remembers another nonce than the browser's."""

    def get_nonce(self):
        return "of another browser" if _now["spoilt"] == "nonce" else super().get_nonce()


def main(port: int) -> None:
    """Serve it on this machine until it is ended."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    provider.OpenIDCode, provider.AuthorizationCode = SpoiltCode, SpoiltAnswer
    app = oidc_provider_mock.app()

    @app.put("/spoil/<what>")
    def spoil(what: str):
        if what not in SPOILT:
            return "", 404
        _now["spoilt"] = what
        return "", 204

    uvicorn.run(app, interface="wsgi", host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
