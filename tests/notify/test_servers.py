"""Real servers on this machine take the messages: SMTP by the library, signed webhooks by HTTP."""

from __future__ import annotations

import email

import pytest

from qc_app.access import Actor
from qc_app.actions import try_route
from qc_app.errors import ActionError
from qc_app.notify import Failed, post, send, sending
from qc_app.notify.signature import genuine
from qc_app.plant import Route
from qc_app.records import Letter

from .conftest import KEY, MINUTE, NOON, free_port, plant_with

KEYED = {"secret": "env:QC_HOOK_KEY"}
LETTER = Letter("r", "key-1", NOON, "Maß über Soll", "erste Zeile\nhttps://qc.works/alarms?alarm=1", "high", {"a": 1})


@pytest.fixture
def refused() -> int:
    """A port on which nobody listens."""
    return free_port()


def test_a_mail_arrives_whole(mail):
    address, mails = mail
    assert send(Route("r", address), LETTER) is None
    (envelope,) = mails
    assert (envelope.mail_from, envelope.rcpt_tos) == ("qc@works.example", ["maria@works.example"])
    read = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert read["subject"] == "Maß über Soll"
    assert read.get_content().split() == LETTER.body.split()


def test_an_address_by_reference_and_one_that_is_missing(mail, monkeypatch):
    monkeypatch.setenv("QC_MAIL", mail[0])
    assert send(Route("r", "env:QC_MAIL"), LETTER) is None
    monkeypatch.delenv("QC_MAIL")
    assert send(Route("r", "env:QC_MAIL"), LETTER) == Failed(
        "route 'r': to: environment variable QC_MAIL is not set - set it"
    )


def test_a_mail_server_that_is_dead_is_a_reason_and_no_exception(refused, monkeypatch):
    address = f"mailto://anna:canary@127.0.0.1:{refused}?from=a@b.example&to=c@d.example&mode=insecure"
    monkeypatch.setenv("QC_DEAD", address)
    failed = send(Route("r", "env:QC_DEAD"), LETTER)
    assert failed.again
    assert "canary" not in failed.problem
    assert send(Route("r", "mailto://"), LETTER) is not None


def test_a_webhook_is_signed_and_its_receiver_can_tell(hook):
    route = Route("r", webhook=hook.url, **KEYED)
    assert send(route, LETTER) is None
    ((headers, body),) = hook.taken
    told = {name.lower(): value for name, value in headers.items()}
    stamp = int(told["webhook-timestamp"])
    assert told["idempotency-key"] == told["webhook-id"] == "key-1"
    assert genuine(KEY, "key-1", stamp, body, told["webhook-signature"], stamp + 5)
    assert not genuine("another", "key-1", stamp, body, told["webhook-signature"], stamp + 5)
    assert not genuine(KEY, "key-1", stamp, body + b" ", told["webhook-signature"], stamp + 5)
    assert hook.payloads()[0]["title"] == "Maß über Soll"


@pytest.mark.parametrize(("answer", "again"), [(500, True), (503, True), (429, True), (404, False), (302, False)])
def test_which_answers_are_tried_again(hook, answer, again):
    hook.answers.append(answer)
    failed = send(Route("r", webhook=hook.url, **KEYED), LETTER)
    assert failed == Failed(f"127.0.0.1 answered {answer}", again)


def test_a_webhook_that_hangs_is_left_and_tried_again(hook, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT_S", 0.2)
    hook.answers.append("hang")
    failed = send(Route("r", webhook=hook.url, **KEYED), LETTER)
    assert failed.again
    assert "Timeout" in failed.problem


def test_a_webhook_nobody_listens_to(refused, monkeypatch):
    monkeypatch.setenv("QC_HOOK_KEY", KEY)
    assert send(Route("r", webhook=f"http://127.0.0.1:{refused}/", **KEYED), LETTER).again


def test_from_an_alarm_to_both_servers_through_trouble(works, mail, hook):
    routes = (
        Route("mail", mail[0], group_s=0),
        Route("hook", webhook=hook.url, **KEYED, group_s=0),
    )
    plant = works.define(plant_with(*routes))
    hook.answers += [500, 503]
    alarm = works.ring()
    for _ in range(4):
        post(works.store, plant, "https://qc.works")
        works.store.clock.advance(MINUTE)
    assert len(mail[1]) == 1
    assert len({headers["webhook-id"] for headers, _ in hook.taken}) == 1
    assert len(hook.taken) == 3
    assert hook.payloads()[-1]["alarms"][0]["link"] == f"https://qc.works/alarms?alarm={alarm.id}"
    assert {one.state for one in works.store.journal.outbox.list()} == {"sent"}


def test_a_trial_goes_out_and_its_failure_is_told(works, mail, refused):
    dead = f"mailto://127.0.0.1:{refused}?from=a@b.example&to=c@d.example&mode=insecure"
    works.define(plant_with(Route("shift", mail[0]), Route("dead", dead)))
    maria = Actor("maria", "engineer")
    assert "went out" in try_route(works.store, maria, "shift")
    assert len(mail[1]) == 1
    with pytest.raises(ActionError, match="did not arrive"):
        try_route(works.store, maria, "dead")
    with pytest.raises(ActionError, match="did you mean 'shift'"):
        try_route(works.store, maria, "shfit")
    assert works.store.journal.audit.list(last=1)[0].action == "try_route"
