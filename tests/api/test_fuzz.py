"""The description, taken at its word by schemathesis: what fits it, and what just does not, never gets a 5xx."""

from __future__ import annotations

import os
import warnings

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from qc_app.api.app import described
from tests.api.test_contract import VALUES

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode

SCHEMA = schemathesis.openapi.from_dict(described())
OPERATIONS = {f"{o.ok().method.upper()} {o.ok().path}": o.ok() for o in SCHEMA.get_all_operations()}
MODES = {"fitting": GenerationMode.POSITIVE, "not fitting": GenerationMode.NEGATIVE}


def asked(service, case) -> httpx.Response:
    """Send a case with our token, and hold the answer against the description."""
    case.headers = {k: v for k, v in (case.headers or {}).items() if k.lower() != "authorization"}
    headers = {"Authorization": service.client.headers["authorization"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return case.call(base_url=service.url, headers=headers, timeout=60)


def meant(case) -> None:
    """Let a case speak of a stage and a characteristic that are there: it gets behind the first door."""
    for told in (case.query, case.body):
        if isinstance(told, dict):
            there = {"stage": "p-1", "id": "p-1", "characteristic": "width", "values": VALUES}
            told.update({name: there[name] for name in told if name in there})


def run(service, name: str, mode: str, examples: int) -> set[int]:
    seen: set[int] = set()
    operation = OPERATIONS[name]

    @given(data=st.data())
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize="QC_SEARCH" not in os.environ,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def every(data):
        case = data.draw(operation.as_strategy(generation_mode=MODES[mode]))
        if data.draw(st.booleans()):
            meant(case)
        reply = asked(service, case)
        seen.add(reply.status_code)
        assert reply.status_code < 500, (case.as_curl_command(), reply.text)
        told = operation.definition.raw["responses"]
        assert str(reply.status_code) in told or reply.status_code in {404, 405}, (reply.status_code, reply.text)
        if reply.status_code >= 400:
            assert list(reply.headers["content-type"]) == ["application/problem+json"]
        elif reply.status_code != 304:
            operation.validate_response(reply)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        every()
    return seen


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_request_brings_the_service_down(service, name, mode):
    if mode == "not fitting" and name.endswith(("/healthz", "/readyz", "/metrics")):
        pytest.skip("takes nothing that could be wrong")
    run(service, name, mode, examples=5)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", sorted(n for n in OPERATIONS if "/api/" in n))
def test_no_request_brings_the_service_down_at_length(service, name, mode):
    assert run(service, name, mode, examples=200)
