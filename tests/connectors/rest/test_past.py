"""A stretch of a service that tells rows, asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data_connectors import make_connector
from data_connectors.base import Remembering
from tests.connectors.http.site import Site
from tests.connectors.rest.test_rest import BEGIN, NOW, PAGINGS, STAGE, mes, site, source, units  # noqa: F401 - fixtures


@pytest.mark.parametrize("paging", PAGINGS)
def test_a_stretch_is_asked_from_its_beginning_on(site: Site, paging: str) -> None:  # noqa: F811 - the fixture
    made = make_connector(source(site, paging, lag_s=60.0), lambda: NOW)
    assert isinstance(made, Remembering)
    list(made.read(STAGE, None))
    found = units(list(made.past(STAGE, BEGIN + timedelta(minutes=4), BEGIN + timedelta(minutes=6))))
    assert {"004", "005"} <= set(found)
    asked_by_time = "since" in site.asked[-1].query
    assert ("000" not in found) == asked_by_time, "what can be asked by time is not asked for all"
