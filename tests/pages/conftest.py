"""The plants are made once a run; every page is a whole run of the app on one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from tests.pages import made_plants, made_troubles

APP = Path(__file__).resolve().parents[2] / "qc_app" / "dashboard" / "app.py"


@pytest.fixture(autouse=True, scope="session")
def components_are_looked_for_once() -> Iterator[None]:
    """Streamlit would read what every installed package says of itself for every page; a server does so once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the home of a plant by name, made at the first asking; tests that act on one make their own."""
    made: dict[str, Path] = {}

    def home(name: str) -> Path:
        if name not in made:
            made[name] = (getattr(made_plants, name, None) or getattr(made_troubles, name))(
                tmp_path_factory.mktemp(name) / "home"
            )
        return made[name]

    return home


@pytest.fixture
def open_app(homes, monkeypatch) -> Callable[..., AppTest]:
    """Open a page of the app on a plant, as a person in a role, with an address's query."""

    def opened(name: str | Path, page: str = "overview", role: str = "engineer", **query: str) -> AppTest:
        home = name if isinstance(name, Path) else homes(name)
        for key, value in {"QC_HOME": str(home), "QC_ROLE": role, "QC_USER": "maria", "QC_SIGN_IN": "open"}.items():
            monkeypatch.setenv(key, value)
        app = AppTest.from_file(str(APP), default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        if page != "overview":
            app._page_hash = calc_hash(page)
        return app.run()

    return opened


@pytest.fixture(scope="session")
def _seen() -> dict[tuple[str, str, str], AppTest]:
    return {}


@pytest.fixture
def look(open_app, _seen) -> Callable[..., AppTest]:
    """Open a page once a run for the tests that only look at it."""

    def looked(name: str, page: str = "overview", stage: str = "") -> AppTest:
        key = (name, page, stage)
        if key not in _seen:
            _seen[key] = open_app(name, page, **({"stage": stage} if stage else {}))
        return _seen[key]

    return looked
