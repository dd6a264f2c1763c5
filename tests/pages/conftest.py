"""The plants are made once a run; every page is a whole run of the app on one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import made_plants
import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parents[2] / "qc_app" / "dashboard" / "app.py"


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the home of a plant by name, made at the first asking."""
    made: dict[str, Path] = {}

    def home(name: str) -> Path:
        if name not in made:
            made[name] = getattr(made_plants, name)(tmp_path_factory.mktemp(name) / "home")
        return made[name]

    return home


@pytest.fixture
def open_app(homes, monkeypatch) -> Callable[..., AppTest]:
    """Open a page of the app on a plant, as a person in a role, with an address's query."""

    def opened(name: str | Path, page: str = "overview", role: str = "engineer", **query: str) -> AppTest:
        home = name if isinstance(name, Path) else homes(name)
        for key, value in {"QC_HOME": str(home), "QC_ROLE": role, "QC_USER": "maria"}.items():
            monkeypatch.setenv(key, value)
        app = AppTest.from_file(str(APP), default_timeout=20)
        for key, value in query.items():
            app.query_params[key] = value
        app.session_state["start"] = page
        app.run()
        return app

    return opened
