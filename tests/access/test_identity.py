"""People whom an identity provider names: groups to roles, one token one session, what its word is not enough for."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from qc_app.access import ROLES
from qc_app.actions import add_user, disable_user, sign_out_user
from qc_app.actions.access.identity import arrive
from qc_app.dashboard.door.provider import FILE, secrets
from qc_app.errors import NotAllowed, SettingsError
from qc_app.settings import Oidc, RoleName, Settings
from tests.access.conftest import ADMIN

GIVEN = {
    "metadata": "https://id.works.example/.well-known/openid-configuration",
    "client_id": "qc",
    "client_secret": "env:QC_OIDC_TEST",
    "roles": {"qc-lab": "operator", "qc-engineers": "engineer"},
}
OIDC = Oidc(**GIVEN)


def claims(hand, **changed) -> dict[str, object]:
    issued = hand.now.timestamp()
    told = {"iss": "https://id.works.example", "sub": "7", "iat": issued, "exp": issued + 300, "nonce": "n1",
            "preferred_username": "maria", "groups": ["qc-lab", "canteen"]}  # fmt: skip
    return told | changed


@pytest.fixture(autouse=True)
def told_time(hand, monkeypatch):
    monkeypatch.setattr("qc_app.actions.access.identity.machine_now", hand)


def test_the_highest_role_of_the_groups_counts_and_follows_them(store, hand):
    assert arrive(store, claims(hand), OIDC, "10.0.0.7").role == "operator"
    actor = arrive(store, claims(hand, nonce="n2", groups=["qc-engineers", "qc-lab"]), OIDC, "10.0.0.7")
    assert (actor.name, actor.role) == ("maria", "engineer")
    assert len(store.journal.accounts.list()) == 1
    assert [a.action for a in store.journal.audit.list()] == ["add_user", "sign in", "set_role", "sign in"]


@pytest.mark.parametrize(
    "changed",
    [{"groups": ["canteen"]}, {"groups": None}, {"groups": "canteen"}, {"sub": ""}, {"iss": None}, {"iat": None},
     {"exp": None}, {"exp": "soon"}, {"exp": 0}],
)  # fmt: skip
def test_too_little_is_no_entry(store, hand, changed):
    with pytest.raises(NotAllowed):
        arrive(store, claims(hand, **changed), OIDC, "10.0.0.7")
    assert store.journal.sessions.open() == []


def test_a_token_opens_one_session_before_it_expires(store, hand):
    told = claims(hand)
    arrive(store, told, OIDC, "10.0.0.7")
    hand.on(minutes=20)  # its five minutes are over, the session's thirty are not
    assert arrive(store, told, OIDC, "10.0.0.7").name == "maria"
    hand.on(minutes=31)
    with pytest.raises(NotAllowed, match="sign in again"):
        arrive(store, told, OIDC, "10.0.0.7")
    old = claims(hand, nonce="n3")
    hand.on(minutes=6)
    with pytest.raises(NotAllowed, match="word is over"):
        arrive(store, old, OIDC, "10.0.0.7")


def test_closing_an_account_or_signing_it_out_ends_what_a_provider_let_in(store, hand):
    told = claims(hand)
    arrive(store, told, OIDC, "10.0.0.7")
    sign_out_user(store, ADMIN, "maria")
    with pytest.raises(NotAllowed, match="over"):
        arrive(store, told, OIDC, "10.0.0.7")
    disable_user(store, ADMIN, "maria", "left")
    with pytest.raises(NotAllowed, match="closed here"):
        arrive(store, claims(hand, nonce="n4"), OIDC, "10.0.0.7")


def test_a_person_is_issuer_and_subject_not_a_name(store, hand):
    add_user(store, ADMIN, "maria", "administrator")
    stranger = arrive(store, claims(hand), OIDC, "10.0.0.7")
    assert stranger.name.startswith("maria (")
    assert stranger.role == "operator"
    other = arrive(store, claims(hand, sub="8", nonce="n5", preferred_username="ben\x1b[2J"), OIDC, "10.0.0.7")
    assert other.name == "ben[2J"


def test_the_roles_of_settings_are_the_roles():
    assert RoleName.__args__ == ROLES


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [("metadata", "http://id.works.example/x", "https"), ("client_secret", "hunter2", "literal secret"),
     ("roles", {"g": "owner"}, "viewer"), ("more", 1, "Extra")],
)  # fmt: skip
def test_settings_of_a_provider_that_are_not_safe_are_refused(key, value, why):
    with pytest.raises(ValidationError, match=why):
        Oidc(**GIVEN | {key: value})


def test_the_cookie_secret_is_long_random_and_for_this_account_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("QC_OIDC_TEST", "s3cret-of-provider")
    settings = Settings(home=tmp_path, oidc=OIDC, url="https://qc.works.example")
    auth = secrets(settings)["auth"]
    assert auth["redirect_uri"] == "https://qc.works.example/oauth2callback"
    assert len(auth["cookie_secret"]) == 64
    assert secrets(settings)["auth"]["cookie_secret"] == auth["cookie_secret"]
    assert (tmp_path / FILE).stat().st_mode & 0o177 == 0
    assert "s3cret" not in repr(settings)
    (tmp_path / FILE).write_text("sample")
    with pytest.raises(SettingsError, match="too short"):
        secrets(settings)
    assert secrets(Settings(home=tmp_path)) is None


def test_open_is_for_this_machine_alone(tmp_path):
    (tmp_path / "settings.toml").write_text('sign_in = "open"\nbind = "0.0.0.0"\n')
    with pytest.raises(SettingsError, match="sign_in is open"):
        Settings.load(tmp_path)
    assert Settings(sign_in="open").hosts == ["127.0.0.1", "::1", "localhost"]
