"""The description is part of the contract: what changes in it is seen."""

from __future__ import annotations

import json
from pathlib import Path

from qc_app.api.app import described

GOLDEN = Path(__file__).with_name("openapi_v1.json")


def test_the_description_is_as_it_was():
    """After a wanted change: qc api describe > tests/api/openapi_v1.json; raise its version if clients must change."""
    assert described() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_operation_says_how_it_refuses_and_asks_for_a_token():
    for path, item in described()["paths"].items():
        for operation in item.values():
            assert operation["description"], path
            if path.startswith("/api/"):
                assert operation["security"] == [{"HTTPBearer": []}], path
                assert {"401", "403", "422", "429", "503"} <= set(operation["responses"]), path
            for status, answer in operation["responses"].items():
                if status >= "400" and path != "/readyz":
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)
