"""Numbers for Prometheus: the format, what is in them, and what is not."""

from __future__ import annotations

import re

import httpx

from qc_app.api.buckets import Buckets
from qc_app.api.metrics import exposition
from tests.api.test_contract import VALUES
from tests.waiting import until

#: Prometheus' text format 0.0.4, a line.
LINE = re.compile(
    r'(# (HELP|TYPE) [a-z_]+ .+)|([a-z_]+(\{[a-z_]+="(\\.|[^"\\])*"(,[a-z_]+="(\\.|[^"\\])*")*\})? [-+0-9.eInf]+)'
)


def samples(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


def test_every_line_is_of_the_format_and_names_no_unit(service):
    service.client.post("/api/v1/score", json={"stage": "p-1", "unit_id": "SECRET-UNIT", "values": VALUES})
    service.client.get("/api/v1/predictions?stage=p-1&unit_id=p-1-0-1")
    reply = httpx.get(f"{service.url}/metrics")
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert [line for line in reply.text.splitlines() if not LINE.fullmatch(line)] == []
    assert "SECRET-UNIT" not in reply.text
    assert "p-1-0-1" not in reply.text


def test_the_numbers_are_those_of_the_books_the_alarms_and_the_night(service):
    found = samples(httpx.get(f"{service.url}/metrics").text)
    total = service.store.journal.books.total("p-1", "p-1 measurements")
    assert found['qc_records_total{stage="p-1",source="p-1 measurements",became="received"}'] == total.received
    standing = service.store.journal.alarms.list(open_only=True)
    assert sum(n for name, n in found.items() if name.startswith("qc_alarms{")) == len(standing)
    assert found["qc_ready"] == 1
    assert not any(name.startswith("qc_backup_age_seconds") for name in found), "there is none yet"
    assert found['qc_night_steps{status="done"}'] > 0
    assert found['qc_model_age_seconds{stage="p-1",characteristic="width"}'] >= 0
    assert found['qc_newest_unit_age_seconds{stage="p-1"}'] > 0


def test_latencies_add_up(service):
    for _ in range(3):
        service.client.get("/api/v1/runs")
    office = service.server.config.app.state.office
    labels = 'route="/api/v1/runs",method="GET",status="200"'
    until(lambda: samples(exposition(office)).get(f"qc_request_seconds_count{{{labels}}}", 0) >= 3)  # after the reply
    found = samples(exposition(office))
    assert found[f'qc_request_seconds_bucket{{{labels},le="+Inf"}}'] == found[f"qc_request_seconds_count{{{labels}}}"]


def test_an_address_that_is_not_there_makes_no_new_label(service):
    for i in range(5):
        service.client.get(f"/nowhere/{i}")
    text = exposition(service.server.config.app.state.office)
    assert "nowhere" not in text
    assert 'route="other"' in text


def test_a_bucket_fills_at_its_rate_and_never_over():
    now = [0.0]
    buckets = Buckets(burst_s=10.0, monotonic=lambda: now[0])
    taken = sum(buckets.wait_s("a", 60) == 0 for _ in range(50))
    now[0] += 5.0
    later = sum(buckets.wait_s("a", 60) == 0 for _ in range(50))
    now[0] += 1e6
    assert (taken, later, sum(buckets.wait_s("a", 60) == 0 for _ in range(50))) == (10, 5, 10)
