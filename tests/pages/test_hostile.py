"""Hostile input on every page: names, sizes, nothing at all, a store that is gone. Usable, or a sentence; no more."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.faults.test_full_disk import small_disk as small_disk  # noqa: PLC0414 - a fixture
from tests.pages import made_hostile, made_plants
from tests.pages.cuttable import way_to
from tests.pages.made_plants import told

PAGES = ("overview", "stage", "unit", "alarms", "labels", "drift", "models", "spc", "data", "onboard", "wall",
         "administration")  # fmt: skip
#: What would run or fetch if it came through as it is: in HTML, and in a label that reads Markdown.
LIVE_HTML = re.compile(r"<(script(?!>document\.documentElement\.lang=)|img src=x|b>twice|a [^>]*javascript:)|\{\{49")
LIVE_MARKDOWN = re.compile(r"(?<!\\)!?\[[^\]]*\]\(|(?<!\\)<img|:material/(?!\w*$)")
GONE = re.compile("there is no plant in|is gone|is another file now|the file is damaged")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Give the home of a hostile plant, made at the first asking."""
    made: dict[str, Path] = {}

    def home(kind: str) -> Path:
        if kind not in made:
            where = tmp_path_factory.mktemp("hostile") / "home"
            own = {"wide": made_hostile.wide, "no stage": made_hostile.no_stage}
            made[kind] = own[kind](where) if kind in own else made_hostile.named(kind, where)
        return made[kind]

    return home


def harmless(app) -> None:
    """No traceback, nothing that runs or fetches, and something to read."""
    assert not app.exception, [e.value for e in app.exception]
    html = told(app)
    assert "Traceback" not in html
    assert not LIVE_HTML.search(html), LIVE_HTML.search(html)
    assert html.strip()
    labels = [w.label for kind in ("button", "selectbox", "text_input", "multiselect") for w in app.get(kind)]
    assert [text for text in labels if LIVE_MARKDOWN.search(text or "")] == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "kind",
    ["markup", *(pytest.param(k, marks=pytest.mark.slow) for k in ("long", "right to left", "wide")), "no stage"],
)
def test_names_and_sizes_break_no_page(open_app, hostile, page, kind):
    harmless(open_app(hostile(kind), page))


def _without(home: Path, what: str) -> None:
    """Damage a store as it lies there."""
    if what == "home":
        shutil.rmtree(home)
    elif what == "lake":
        shutil.rmtree(home / "lake")
    else:
        for part in home.glob("journal.sqlite*"):
            part.unlink()
        if what == "garbage":
            (home / "journal.sqlite").write_bytes(b"no database at all" * 500)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("what", ["home", "journal", "garbage", "lake"])
@pytest.mark.parametrize("when", ["before", "while open"])
def test_a_store_that_is_gone_is_a_sentence(open_app, tmp_path, page, what, when):
    home = made_plants.healthy(tmp_path / "home")
    app = open_app(home, page) if when == "while open" else None
    _without(home, what)
    app = app.run() if app is not None else open_app(home, page)
    harmless(app)
    assert GONE.search(told(app)), "a calm page of a plant that is gone is worse than none"


@pytest.fixture
def plant_on_postgres(postgres, tmp_path, monkeypatch):
    """Give a home whose journal is a PostgreSQL, and the way there."""
    engine = sa.create_engine(postgres)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    with way_to(postgres) as way:
        monkeypatch.setenv("QC_DATABASE_URL", way.url)
        plant = made_plants.plant_of((made_plants.stage("rolling-1"),))
        with made_plants.founded(tmp_path / "home", plant) as store:
            made_plants.fill(store, plant, plant.stages[0], 1)
        yield tmp_path / "home", way


@pytest.mark.slow
def test_a_database_that_is_down_is_a_sentence_on_every_page(open_app, plant_on_postgres):
    home, way = plant_on_postgres
    apps = {page: open_app(home, page) for page in PAGES}
    for app in apps.values():
        harmless(app)
    way.cut()
    for page, app in apps.items():
        app.run()
        harmless(app)
        assert re.search("unreachable|cannot be reached|refused|closed|connection", told(app)), page


def _fill_up(file: Path) -> None:
    """Write until nothing more goes onto the disk."""
    with file.open("wb", buffering=0) as filling:
        while True:
            try:
                filling.write(b"x" * 4_096)
            except OSError:
                return


@pytest.mark.slow
def test_a_full_disk_shows_every_page_and_refuses_a_result_with_a_sentence(open_app, small_disk):
    home = made_plants.healthy(small_disk / "home")
    apps = {page: open_app(home, page, **({"stage": "rolling-1"} if page == "labels" else {})) for page in PAGES}
    _fill_up(small_disk / "filling")
    for app in apps.values():
        app.run()
        harmless(app)
    labels = apps["labels"]
    labels.text_input(key="label_unit").set_value("C-010419")
    labels.text_input(key="label_value").set_value("2.51")
    labels.button(key="label_send").click().run()
    harmless(labels)
    assert re.search("full|space", told(labels)), "a result that was not kept must be told so"
