"""An identity provider (OpenID Connect), as the settings name it, told to Streamlit."""

from __future__ import annotations

import os
import secrets as random
from pathlib import Path
from typing import Any

from qc_app.errors import SettingsError
from qc_app.settings import Settings

FILE = "cookie-secret"


def secrets(settings: Settings) -> dict[str, Any] | None:
    """Return what `st.login` needs, None where there is no provider.

    The secret that signs its cookie is made at the first start, 48 random bytes that only this account can read.

    Raises
    ------
    SettingsError
        If the provider's secret cannot be read, or others can read the cookie's.
    """
    oidc = settings.oidc
    if oidc is None:
        return None
    return {
        "auth": {
            "redirect_uri": f"{settings.address}/oauth2callback",
            "cookie_secret": _cookie_secret(settings.home),
            "client_id": oidc.client_id,
            "client_secret": oidc.secret(),
            "server_metadata_url": oidc.metadata,
            "client_kwargs": {"scope": oidc.scope},
        }
    }


def _cookie_secret(home: Path) -> str:
    path = home / FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        kept = path.read_text(encoding="ascii").strip()
        if path.lstat().st_mode & 0o177 or len(kept) < 43:
            raise SettingsError(
                f"{path} is too short or can be read by others - remove it, a new one is made"
            ) from None
        return kept
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(random.token_urlsafe(48))
    return path.read_text(encoding="ascii")
