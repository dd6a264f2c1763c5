"""Who comes in over HTTP: made, shown once, bounded, revoked."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from qc_app.access import Actor
from qc_app.actions import create_token, digest_of, parts_of, revoke_token
from qc_app.clock import ManualClock
from qc_app.errors import ActionError, NotAllowed
from tests.api.conftest import ROOT, wall
from tests.api.test_contract import VALUES, problem_of

RESULTS = {"stage": "p-1", "characteristic": "width", "results": [{"unit_id": "Q", "value": 1}]}


def test_the_secret_is_kept_nowhere(service):
    made, shown = create_token(service.store, ROOT, "secretive")
    key, secret = parts_of(shown)
    assert (made.key, made.digest) == (key, digest_of(secret))
    service.store.journal.database.engine.dispose()
    raw = b"".join(p.read_bytes() for p in service.store.home.glob("journal.sqlite*"))
    assert secret.encode() not in raw
    assert key.encode() in raw


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "cannot be called"),
        ({"name": "a\nb"}, "cannot be called"),
        ({"scopes": ("raed",)}, "did you mean 'read'"),
        ({"scopes": ()}, "opens nothing"),
        ({"role": "operater"}, "did you mean 'operator'"),
        ({"days": 0}, "1 to 730 days"),
        ({"per_minute": 0}, "1 to 60000 times"),
    ],
)
def test_what_cannot_be_a_token_is_said(service, given, words):
    with pytest.raises(ActionError, match=words):
        create_token(service.store, ROOT, **{"name": "lims", **given})


def test_a_name_is_used_once_and_rights_are_not_given_away(service):
    create_token(service.store, ROOT, "twice")
    with pytest.raises(ActionError, match="called 'twice' already"):
        create_token(service.store, ROOT, "twice")
    with pytest.raises(NotAllowed):
        create_token(service.store, Actor("eve", "approver"), "more")


def test_a_revoked_token_is_not_let_in(service):
    header = service.token("leaving")
    assert httpx.get(f"{service.url}/api/v1/alarms", headers=header).status_code == 200
    assert "is revoked" in revoke_token(service.store, ROOT, "leaving")
    service.server.config.app.state.office.watch.look()
    assert (
        "the token is revoked" in problem_of(httpx.get(f"{service.url}/api/v1/alarms", headers=header), 401)["detail"]
    )
    with pytest.raises(ActionError, match="no live token is called 'leaving'"):
        revoke_token(service.store, ROOT, "leaving")


def test_an_expired_token_is_not_let_in(service):
    past = ManualClock(wall() - timedelta(days=3))
    header = service.token("old", days=1, wall=past)
    assert (
        "the token is expired" in problem_of(httpx.get(f"{service.url}/api/v1/alarms", headers=header), 401)["detail"]
    )


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer x", "Basic eDp5", "Bearer qc_000000000000_" + "a" * 43])
def test_a_forged_token_is_not_let_in(service, shown):
    problem_of(httpx.get(f"{service.url}/api/v1/alarms", headers={"Authorization": shown}), 401)


def test_a_right_key_with_a_wrong_secret_is_not_let_in(service):
    shown = service.client.headers["authorization"]
    turned = shown[:-5] + ("aaaaa" if not shown.endswith("aaaaa") else "bbbbb")
    found = problem_of(httpx.get(f"{service.url}/api/v1/alarms", headers={"Authorization": turned}), 401)
    assert "not known here" in found["detail"]


@pytest.mark.parametrize(
    ("scope", "method", "address", "body"),
    [
        ("read", "GET", "alarms", None),
        ("read", "GET", "predictions?stage=p-1", None),
        ("score", "POST", "score", {"stage": "p-1", "values": VALUES}),
        ("score", "POST", "score/batch", {"stage": "p-1", "units": [{"values": VALUES}]}),
        ("labels", "POST", "labels", RESULTS),
        ("events", "POST", "events", {"stage": "p-1", "kind": "note", "text": "x"}),
        ("alarms", "POST", "alarms/1/acknowledge", {"note": "x"}),
    ],
)
def test_a_scope_opens_its_own_door_only(service, scope, method, address, body):
    others = [s for s in ("read", "score", "labels", "events", "alarms") if s != scope]
    header = service.token(f"but {scope} {address[:20].split('?')[0].replace('/', ' ')}", scopes=others)
    header["Idempotency-Key"] = f"{scope}-00000001"
    reply = httpx.request(method, f"{service.url}/api/v1/{address}", json=body, headers=header)
    assert problem_of(reply, 403)["scope"] == scope


def test_a_scope_without_the_role_is_refused_and_audited(service):
    header = service.token("onlooker", role="viewer", scopes=("events",)) | {"Idempotency-Key": "viewer-0001"}
    body = {"stage": "p-1", "kind": "note", "text": "x"}
    reply = httpx.post(f"{service.url}/api/v1/events", json=body, headers=header)
    assert "is viewer and may not add event" in problem_of(reply, 403)["detail"]
    last = service.store.journal.audit.list(last=1)[0]
    assert (last.action, last.author) == ("refused add_event", "api onlooker")


def test_who_asks_too_often_is_told_when_to_come_again(service):
    header = service.token("eager", per_minute=6)
    codes = [httpx.get(f"{service.url}/api/v1/alarms", headers=header) for _ in range(3)]
    assert [r.status_code for r in codes] == [200, 429, 429]
    problem_of(codes[1], 429)
    assert 1 <= int(codes[1].headers["retry-after"]) <= 10


def test_the_last_use_is_written_down(service):
    header = service.token("used")
    httpx.get(f"{service.url}/api/v1/alarms", headers=header)
    service.server.config.app.state.office.watch._write_used()
    assert next(t for t in service.store.journal.tokens.list() if t.name == "used").last_used is not None
