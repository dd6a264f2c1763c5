"""Who may do what, and how it is shown who one is: rights, passwords, tokens, limits; pure, no store."""

from qc_app.access.limits import (
    ABSOLUTE,
    CODE_HOLDS,
    DISPLAY_HOLDS,
    IDLE,
    Attempts,
    locked_for,
)
from qc_app.access.passwords import SHORTEST, check_new, hashed, matches
from qc_app.access.rights import LEAST_ROLE, NEEDS_REASON, NEEDS_TWO, ROLES, Actor, Role, local_actor, may, require
from qc_app.access.tokens import key_of, new_code, new_token, same

__all__ = [
    "ABSOLUTE",
    "CODE_HOLDS",
    "DISPLAY_HOLDS",
    "IDLE",
    "LEAST_ROLE",
    "NEEDS_REASON",
    "NEEDS_TWO",
    "ROLES",
    "SHORTEST",
    "Actor",
    "Attempts",
    "Role",
    "check_new",
    "hashed",
    "key_of",
    "local_actor",
    "locked_for",
    "matches",
    "may",
    "new_code",
    "new_token",
    "require",
    "same",
]
