"""What every address answers: right, refused, repeated."""

from __future__ import annotations

import httpx
import numpy as np
import pytest

from qc_app.actions import Entry, enter_labels
from qc_app.actions.models import _decision
from qc_app.api.known import Watch
from qc_app.jobs.monitoring.alarms import ring
from qc_app.jobs.monitoring.conditions import Condition
from tests.api.conftest import NOW, ROOT

VALUES = {"force": 10.0, "temp": 50.0}
PAGES = ("stages", "stage?id=p-1", "predictions?stage=p-1", "alarms", "models", "runs", "drift?stage=p-1", "health")


def problem_of(reply: httpx.Response, status: int) -> dict:
    assert (reply.status_code, reply.headers["content-type"]) == (status, "application/problem+json"), reply.text
    found = reply.json()
    assert found["status"] == status
    assert found["type"].startswith("urn:qc:problem:")
    assert found["instance"] == f"urn:qc:request:{reply.headers['x-request-id']}"
    assert "Traceback" not in reply.text
    return found


def score(service, **changed):
    return service.client.post("/api/v1/score", json={"stage": "p-1", "unit_id": "X", "values": VALUES} | changed)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_read_and_not_sent_twice(service, page):
    first = service.client.get(f"/api/v1/{page}")
    assert first.status_code == 200, first.text
    again = service.client.get(f"/api/v1/{page}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 or page == "health"  # its age moves
    assert again.content == b"" or page == "health"


@pytest.mark.parametrize("page", PAGES)
def test_without_a_token_nothing_is_read(service, page):
    bare = httpx.get(f"{service.url}/api/v1/{page}")
    assert "a token is needed" in problem_of(bare, 401)["detail"]
    assert bare.headers["www-authenticate"].startswith("Bearer")


def test_a_score_is_what_the_night_said_of_the_same_unit(service):
    said = service.store.lake.predictions("p-1", characteristic="width", last=20)
    rows = service.store.lake.measurements("p-1", last=20).sort("t_event")
    units = [
        {"unit_id": r["unit_id"], "t_event": r["t_event"].isoformat(), "values": {n: r[n] for n in VALUES}}
        for r in rows.iter_rows(named=True)
    ]
    reply = service.client.post("/api/v1/score/batch", json={"stage": "p-1", "units": units})
    assert reply.status_code == 200, reply.text
    found = {u["unit_id"]: u["predictions"][0] for u in reply.json()["units"]}
    for row in said.iter_rows(named=True):
        one = found[row["unit_id"]]
        assert (one["tier"], one["model"]["id"]) == (row["tier"], row["model_id"])
        numbers = ("mean", "lower", "upper")
        np.testing.assert_allclose([one[k] for k in numbers], [row[k] for k in numbers], rtol=1e-9)
        assert one["in_domain"] == row["in_domain"]


def test_one_unit_is_scored_with_all_that_was_promised(service):
    body = score(service).json()
    one = body["predictions"][0]
    assert one["lower"] <= one["mean"] <= one["upper"]
    assert (one["characteristic"], one["unit"], one["level"], one["tier"]) == ("width", "mm", 0.9, "champion")
    assert 0 <= one["anomaly"] <= 1
    assert one["model"]["age_s"] >= 0
    assert body["t_event"] == NOW.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("values", "words", "near"),
    [
        ({"forc": 1.0, "temp": 50.0}, "no parameter 'forc' - did you mean 'force'?", "force"),
        ({"temp": 50.0}, "parameter 'force' is missing - give it, or null", None),
        ({**VALUES, "zeal": 1.0}, "no parameter 'zeal'", None),
    ],
)
def test_a_parameter_too_few_or_too_many_is_named(service, values, words, near):
    found = problem_of(score(service, values=values), 422)
    assert words in found["detail"]
    assert found.get("nearest") == near


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", '"1,5"', "true", "[1]", "{}"])
def test_what_is_no_number_is_refused(service, value):
    text = f'{{"stage": "p-1", "values": {{"force": {value}, "temp": 50}}}}'
    reply = service.client.post("/api/v1/score", content=text, headers={"Content-Type": "application/json"})
    assert "force" in problem_of(reply, 422)["detail"]


def test_what_is_physically_impossible_is_left_out_and_told(service):
    body = score(service, values={"force": -3.0, "temp": 50.0}).json()
    without = score(service, values={"force": None, "temp": 50.0}).json()
    assert body["remarks"] == ["force -3 kN is physically impossible (limit 0): left out"]
    assert body["predictions"] == without["predictions"]


def test_an_unknown_stage_is_named_with_the_nearest(service):
    found = problem_of(score(service, stage="p1"), 404)
    assert found["nearest"] == "p-1"
    assert problem_of(service.client.get("/api/v1/stage?id=p-11"), 404)["nearest"] == "p-1"


def test_labels_go_through_the_same_door_as_on_the_page(service):
    unit = service.store.lake.measurements("p-1", last=1)["unit_id"][0]
    body = {"stage": "p-1", "characteristic": "width", "results": [{"unit_id": unit, "value": 25.0}], "reason": "lab"}
    ask = {"json": body, "headers": {"Idempotency-Key": "label-0001"}}
    first = service.client.post("/api/v1/labels", **ask)
    assert (first.status_code, first.json()["new"]) == (201, 1), first.text
    assert first.json()["remarks"] == [f"{unit}: above the upper limit 20 mm (nonconforming)"]
    again = service.client.post("/api/v1/labels", **ask)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    known = service.store.journal.labels.history("p-1", "width", unit)
    assert known["author"].to_list() == ["api everything"]
    last = [a for a in service.store.journal.audit.list(last=5) if a.action == "enter_labels"][-1]
    assert (last.author, last.role, last.reason) == ("api everything", "operator", "lab")
    assert service.store.journal.audit.verify() is None


def test_a_key_serves_one_request_only(service):
    body = {"stage": "p-1", "kind": "note", "text": "one"}
    header = {"Idempotency-Key": "event-0001"}
    assert service.client.post("/api/v1/events", json=body, headers=header).status_code == 201
    other = service.client.post("/api/v1/events", json=body | {"text": "two"}, headers=header)
    assert "used for another request" in problem_of(other, 422)["detail"]
    assert "Idempotency-Key" in problem_of(service.client.post("/api/v1/events", json=body), 422)["detail"]


def test_what_was_refused_may_be_tried_again_under_the_same_key(service):
    body = {"stage": "p-1", "kind": "nonsense", "text": "one"}
    header = {"Idempotency-Key": "event-0002"}
    refused = service.client.post("/api/v1/events", json=body, headers=header)
    assert "no event kind 'nonsense'" in problem_of(refused, 422)["detail"]
    assert service.client.post("/api/v1/events", json=body | {"kind": "note"}, headers=header).status_code == 201


def test_a_try_that_died_half_way_is_not_done_twice(service):
    """The event is there and the reply is not: as after a kill between the two."""
    body = {"stage": "p-2", "kind": "note", "text": "half", "at": NOW.isoformat()}
    header = {"Idempotency-Key": "event-0003"}
    first = service.client.post("/api/v1/events", json=body, headers=header)
    token = service.client.headers["authorization"].split("_")[1]
    service.store.journal.replies.free(token, "event-0003")
    again = service.client.post("/api/v1/events", json=body, headers=header)
    assert again.json() == first.json()
    assert [e.text for e in service.store.journal.events.list("p-2")].count("half") == 1


def test_labels_with_a_fault_are_refused_as_a_whole(service):
    before = service.store.journal.labels.count("p-2", "width")
    results = [{"unit_id": "p-2-0-1", "value": 10.0}, {"unit_id": "p-2-0-1", "value": 11.0}]
    body = {"stage": "p-2", "characteristic": "width", "results": results}
    reply = service.client.post("/api/v1/labels", json=body, headers={"Idempotency-Key": "label-0002"})
    assert "2 of 2 cannot be kept" in problem_of(reply, 422)["detail"]
    assert service.store.journal.labels.count("p-2", "width") == before


def test_an_alarm_is_acknowledged_once(service):
    ring(service.store, "p-1", Condition("step_failed", "adapt width", "medium", "no rows"), NOW)
    found = service.client.get("/api/v1/alarms?state=unacknowledged&stage=p-1").json()["alarms"]
    number = found[0]["id"]
    body, header = {"note": "seen"}, {"Idempotency-Key": "ack-00001"}
    done = service.client.post(f"/api/v1/alarms/{number}/acknowledge", json=body, headers=header)
    assert done.json()["sentence"] == f"Alarm {number} acknowledged by api everything."
    assert service.client.get(f"/api/v1/alarms/{number}").json()["acknowledged_by"] == "api everything"


def test_what_is_not_there_is_said_so(service):
    for address in ("alarms/99999", "models/nope", "nowhere"):
        problem_of(service.client.get(f"/api/v1/{address}"), 404)
    problem_of(service.client.delete("/api/v1/alarms"), 405)
    reply = service.client.post("/api/v1/alarms/99999/acknowledge", json={}, headers={"Idempotency-Key": "ack-00002"})
    problem_of(reply, 404)


def test_pages_follow_each_other_without_gap_or_overlap(service):
    whole = service.client.get("/api/v1/predictions?stage=p-1&limit=1000").json()["predictions"]
    read, cursor = [], ""
    while True:
        part = service.client.get("/api/v1/predictions", params={"stage": "p-1", "limit": 7, "cursor": cursor}).json()
        read += part["predictions"]
        cursor = part["next"]
        if not cursor:
            break
    assert read == whole
    assert len(whole) > 50
    assert [r["t_event"] for r in whole] == sorted((r["t_event"] for r in whole), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "%%%", "bm90aGluZw", "MjAyNi0wMy0wMQ"])
def test_what_is_no_cursor_is_refused(service, cursor):
    for page in ("predictions?stage=p-1&", "runs?"):
        problem_of(service.client.get(f"/api/v1/{page}cursor={cursor}"), 422)


def test_lists_are_filtered(service):
    runs = service.client.get("/api/v1/runs?stage=p-1&job=predict width&since=2026-01-01T00:00:00Z").json()["runs"]
    assert {(r["stage"], r["job"]) for r in runs} <= {("p-1", "predict width")}
    assert {m["status"] for m in service.client.get("/api/v1/models?status=champion").json()["models"]} == {"champion"}
    assert [s["id"] for s in service.client.get("/api/v1/stages?line=A&limit=1").json()["stages"]] == ["p-1"]
    since = service.client.get("/api/v1/predictions?stage=p-1&since=2026-03-04T00:00:00Z").json()["predictions"]
    assert since
    assert min(r["t_event"] for r in since) >= "2026-03-04"


def test_a_request_keeps_its_number(service):
    assert service.client.get("/healthz", headers={"X-Request-ID": "lims.7"}).headers["x-request-id"] == "lims.7"
    forged = service.client.get("/healthz", headers={"X-Request-ID": "a b"}).headers["x-request-id"]
    assert len(forged) == 32


def test_the_champion_moves_and_the_answer_with_it(service):
    office = service.server.config.app.state.office
    before = score(service, stage="p-2").json()["predictions"][0]
    pointers = service.store.journal.models.pointers("p-2", "width")
    assert before["model"]["id"] == pointers.champion
    versions = [m.id for m in service.store.journal.models.list("p-2", "width") if m.id != pointers.champion]
    prior = pointers.previous or (versions[0] if versions else None)
    if prior is None:
        pytest.skip("this plant has one version")
    decision = _decision(service.store, ROOT, ("p-2", "width"), "promoted", "for the test")
    service.store.journal.models.promote("p-2", "width", prior, decision)
    office.scorers.follow(office.watch.look())
    assert score(service, stage="p-2").json()["predictions"][0]["model"]["id"] == prior


def test_a_look_that_is_too_old_is_not_believed(service, monkeypatch):
    monkeypatch.setattr("qc_app.api.known.STALE_S", -1.0)
    assert problem_of(score(service), 503)["reason"] == "busy"
    monkeypatch.undo()
    assert score(service).status_code == 200


def test_labels_that_come_meanwhile_do_not_disturb(service):
    enter_labels(service.store, ROOT, "p-1", "width", [Entry("p-1-0-0", 10.2)])
    assert score(service).status_code == 200
    assert isinstance(Watch(service.store).look().tokens, dict)
