"""Sign-in: passwords, codes, the first administrator, limits of sessions, and what ends them."""

from __future__ import annotations

import stat

import pytest

from qc_app.access import IDLE, Actor, hashed, matches, passwords
from qc_app.actions import (
    add_display,
    add_user,
    disable_user,
    enable_user,
    enter_labels,
    remove_user,
    reset_user,
    set_role,
    sign_out_user,
)
from qc_app.actions.access.sessions import actor_of
from qc_app.actions.access.signing import (
    MustChoose,
    choose_password,
    first_administrator,
    first_token,
    sign_in,
    sign_out,
)
from qc_app.actions.permission import authorise
from qc_app.errors import ActionError, NotAllowed, SettingsError, StoreError
from qc_app.views import accounts_table
from tests.access.conftest import ADMIN

WORDS = "four words of mine"


def member(store, name: str = "maria", role: str = "engineer") -> str:
    """Add a person who has chosen a password; return the token of their session."""
    code = add_user(store, ADMIN, name, role)
    return choose_password(store, name, code, WORDS, "10.0.0.7")


def test_there_is_no_account_and_no_password_until_someone_makes_one(store, hand):
    assert store.journal.accounts.list() == []
    for name in ("admin", "administrator", "root", "qc", ""):
        with pytest.raises(NotAllowed, match="name or password is wrong"):
            sign_in(store, name, name or "admin", "10.0.0.7")


def test_the_first_administrator_comes_with_a_token_that_only_this_account_can_read(store, hand):
    path = first_token(store)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    token = path.read_text().strip()
    assert first_token(store) == path
    assert path.read_text().strip() == token
    with pytest.raises(NotAllowed, match="token is another"):
        first_administrator(store, "aaaaa-bbbbb", "anna", WORDS, "here")
    with pytest.raises(ActionError, match="at least 8"):
        first_administrator(store, token, "anna", "short", "here")
    actor = actor_of(store, first_administrator(store, token, "anna", WORDS, "here"))
    assert (actor.name, actor.role) == ("anna", "administrator")
    assert not path.exists()
    assert first_token(store) is None
    with pytest.raises(NotAllowed, match="administrator already"):
        first_administrator(store, token, "eve", WORDS, "here")


def test_a_token_that_others_can_read_is_refused(store):
    first_token(store).chmod(0o644)
    with pytest.raises(SettingsError, match="can be read by others"):
        first_token(store)


def test_a_code_holds_once_and_a_day_and_lets_nobody_in_by_itself(store, hand):
    code = add_user(store, ADMIN, "maria", "operator")
    with pytest.raises(MustChoose):
        sign_in(store, "maria", code, "10.0.0.7")
    assert actor_of(store, choose_password(store, " MARIA ", code, WORDS, "10.0.0.7")).name == "maria"
    with pytest.raises(NotAllowed):
        choose_password(store, "maria", code, "another one here", "10.0.0.7")
    late = reset_user(store, ADMIN, "maria")
    hand.on(hours=25)
    with pytest.raises(NotAllowed):
        choose_password(store, "maria", late, WORDS, "10.0.0.7")


@pytest.mark.parametrize("password", ["        ", "密码密码密码密码", "p" * 256, "aaaaaaaa", "with\ttab and 'quotes'"])
def test_no_rules_but_length(store, hand, password):
    code = add_user(store, ADMIN, "maria", "operator")
    choose_password(store, "maria", code, password, "10.0.0.7")
    assert sign_in(store, "maria", password, "10.0.0.7")


@pytest.mark.parametrize("password", ["seven77", "p" * 257, "Maria.Lopez"])
def test_too_short_too_long_or_the_name_is_refused(store, hand, password):
    code = add_user(store, ADMIN, "maria.lopez", "operator")
    with pytest.raises(ActionError, match="password"):
        choose_password(store, "maria.lopez", code, password, "10.0.0.7")


def test_wrong_passwords_make_the_account_wait_longer_and_longer_and_never_for_good(store, hand):
    member(store)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            sign_in(store, "maria", "wrong", "10.0.0.7")
    with pytest.raises(NotAllowed, match=r"try again in [12] min"):
        sign_in(store, "maria", WORDS, "10.0.0.7")
    with pytest.raises(NotAllowed, match="name or password is wrong"):
        sign_in(store, "maria", "wrong", "10.0.0.7")
    assert accounts_table(store, hand.now)["state"].to_list() == ["locked"]
    hand.on(seconds=61)
    with pytest.raises(NotAllowed):
        sign_in(store, "maria", "wrong", "10.0.0.7")
    hand.on(seconds=61)
    with pytest.raises(NotAllowed, match=r"try again in [12] min"):
        sign_in(store, "maria", WORDS, "10.0.0.7")
    hand.on(seconds=60)
    assert sign_in(store, "maria", WORDS, "10.0.0.7")
    assert store.journal.accounts.named("maria").failures == 0
    refused = [a for a in store.journal.audit.list() if a.action == "refused sign in"]
    assert refused[0].place == "10.0.0.7"
    assert {a.detail["why"] for a in refused} == {"wrong password", "locked"}


def test_an_administrator_can_end_the_wait(store, hand):
    member(store)
    for _ in range(9):
        with pytest.raises(NotAllowed):
            sign_in(store, "maria", "wrong", "10.0.0.7")
    enable_user(store, ADMIN, "maria")
    assert sign_in(store, "maria", WORDS, "10.0.0.7")


def test_a_name_nobody_has_costs_as_much_as_a_wrong_password(store, monkeypatch):
    asked = []
    monkeypatch.setattr("qc_app.actions.access.signing.matches", lambda kept, _given: asked.append(kept) or False)
    with pytest.raises(NotAllowed):
        sign_in(store, "nobody", "wrong", "10.0.0.7")
    assert asked == [""]


def test_a_session_ends_when_nobody_clicks_and_after_a_shift(store, hand):
    token = member(store)
    for _ in range(23):
        hand.on(minutes=29)
        assert actor_of(store, token)
    hand.on(minutes=29)
    assert actor_of(store, token)
    hand.on(minutes=29)
    assert actor_of(store, token) is None  # 12 hours are over
    again = sign_in(store, "maria", WORDS, "10.0.0.7")
    hand.on(minutes=20)
    assert actor_of(store, again, active=False)  # a page that refreshes itself is no person
    hand.on(minutes=11)
    assert actor_of(store, again) is None


def test_signing_out_ends_one_session_or_all(store, hand):
    one = member(store)
    two, three = (sign_in(store, "maria", WORDS, f"10.0.0.{k}") for k in (8, 9))
    sign_out(store, actor_of(store, two))
    assert [bool(actor_of(store, t)) for t in (one, two, three)] == [True, False, True]
    sign_out(store, actor_of(store, one), everywhere=True)
    assert [bool(actor_of(store, t)) for t in (one, two, three)] == [False, False, False]


@pytest.mark.parametrize("end", [disable_user, remove_user, reset_user, sign_out_user])
def test_what_closes_an_account_ends_its_sessions_at_once(store, hand, end):
    token = member(store)
    actor = actor_of(store, token)
    authorise(store, actor, "retrain", "rolling-2")
    end(store, ADMIN, "maria", reason="left the works")
    assert actor_of(store, token) is None
    with pytest.raises(NotAllowed, match="sign in again"):
        authorise(store, actor, "retrain", "rolling-2")
    last = store.journal.audit.list(last=1)[0]
    assert (last.action, last.author) == ("refused retrain", "maria")


def test_a_changed_role_counts_at_the_next_action_of_a_page_already_open(store, hand):
    actor = actor_of(store, member(store, role="approver"))
    authorise(store, actor, "promote", "s", "why")
    set_role(store, ADMIN, "maria", "viewer", "moved to sales")
    with pytest.raises(NotAllowed, match="maria is viewer"):
        authorise(store, actor, "promote", "s", "why")
    told = next(a for a in store.journal.audit.list() if a.action == "set_role")
    assert "" not in {told.before, told.after}
    assert told.before != told.after


def test_a_role_that_does_not_exist_any_more_is_no_role(store, hand):
    actor = actor_of(store, member(store))
    store.journal.accounts.change(1, None, role="owner")
    with pytest.raises(NotAllowed):
        authorise(store, actor, "enter_labels", "s")


def test_the_last_administrator_stays(store, hand):
    member(store, "anna", "administrator")
    for deed in (disable_user, remove_user):
        with pytest.raises(ActionError, match="last administrator"):
            deed(store, ADMIN, "anna", "by mistake")
    with pytest.raises(ActionError, match="last administrator"):
        set_role(store, ADMIN, "anna", "viewer", "by mistake")
    member(store, "ben", "administrator")
    set_role(store, ADMIN, "anna", "viewer", "two are enough")


def test_a_display_is_a_viewer_that_never_idles_and_ends_with_its_account(store, hand):
    token = add_display(store, ADMIN, "Hall 3")
    hand.on(days=300)
    actor = actor_of(store, token)
    assert (actor.name, actor.role) == ("Hall 3", "viewer")
    with pytest.raises(NotAllowed):
        enter_labels(store, actor, "rolling-2", "thickness", [])
    store.journal.accounts.change(1, None, role="administrator")  # whoever meddles with the row
    with pytest.raises(NotAllowed, match="is viewer"):
        authorise(store, actor, "promote", "s", "why")
    with pytest.raises(ActionError, match="stays a viewer"):
        set_role(store, ADMIN, "Hall 3", "engineer", "why not")
    with pytest.raises(NotAllowed):
        sign_in(store, "Hall 3", "", "10.0.0.7")
    remove_user(store, ADMIN, "Hall 3", "the hall is closed")
    assert actor_of(store, token) is None


def test_names_are_one_however_they_are_written_and_stay_taken(store, hand):
    add_user(store, ADMIN, "Maria", "operator")
    remove_user(store, ADMIN, "maria", "left")
    for name in ("maria", "ＭＡＲＩＡ", " Maria "):
        with pytest.raises(StoreError, match="is taken"):
            add_user(store, ADMIN, name, "operator")
    for name in ("", " ", "a\u200bb", "x" * 101, "a\x1b[2J"):
        with pytest.raises(ActionError, match="visible characters"):
            add_user(store, ADMIN, name, "operator")


def test_neither_password_nor_token_nor_code_is_kept(store, hand):
    code = add_user(store, ADMIN, "maria", "operator")
    token = choose_password(store, "maria", code, WORDS, "10.0.0.7")
    with store.journal.database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    held = b"".join(p.read_bytes() for p in store.home.rglob("*") if p.is_file())
    for secret in (code, token, WORDS):
        assert secret.encode() not in held
    assert WORDS not in repr(store.journal.accounts.list())


def test_the_hash_is_argon2id_at_its_real_price(monkeypatch):
    monkeypatch.undo()
    kept = hashed("correct horse")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert matches(kept, "correct horse")
    assert not matches(kept, "correct Horse")
    assert passwords.NOBODY.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not matches("no hash at all", "x")


def test_with_two_persons_the_second_one_does_it(store, hand):
    (store.home / "settings.toml").write_text("dual_control = true\n")
    anna, ben = Actor("anna", "approver"), Actor("Ben", "approver")
    given = ("promote", "rolling-2 / thickness", "better")
    for _ in range(2):  # asking twice is not two persons
        with pytest.raises(ActionError, match="needs a second person"):
            authorise(store, anna, *given, exactly="model 7")
    with pytest.raises(ActionError, match="needs a second person"):
        authorise(store, ben, *given, exactly="model 8")  # another model is another question
    authorise(store, ben, *given, exactly="model 7")
    with pytest.raises(ActionError, match="needs a second person"):
        authorise(store, ben, *given, exactly="model 7")  # used up
    assert [a.action for a in store.journal.audit.list()][:1] == ["first for promote"]
    assert "second for promote" in [a.action for a in store.journal.audit.list()]
    authorise(store, anna, "enter_labels", "rolling-2")
    assert IDLE.total_seconds() == 1800


def test_an_expired_code_says_so_to_whoever_has_it_and_to_nobody_else(store, hand):
    code = add_user(store, ADMIN, "maria", "operator")
    hand.on(days=2)
    with pytest.raises(NotAllowed, match="this one-time code is over - ask an administrator"):
        choose_password(store, "maria", code, WORDS, "10.0.0.7")
    with pytest.raises(NotAllowed, match="name or password is wrong"):
        choose_password(store, "maria", f"{code}x", WORDS, "10.0.0.7")
