"""The wall: by address alone, nothing to touch, nothing bad out of sight."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qc_app.dashboard.theme import LIGHT
from qc_app.dashboard.wall.tiles import wall
from qc_app.errors import PlantError
from qc_app.language import speaking
from qc_app.plant import digest, render
from qc_app.views import Screen, Tile, enter, plant_now, recorded, wall_view
from qc_app.views.wall import TILES, briefly, screens_of
from tests.pages.made_plants import NOW, fill, founded, plant_of, stage, told


def test_the_wall_shows_the_worst_first_and_has_no_control(look):
    app = look("troubled", "wall")
    html = told(app)
    assert html.index("■ Act") < html.index("✓ Normal")
    assert "<img src=x" not in html
    assert "6 alarms, 1 high" in html
    for kind in ("button", "selectbox", "text_input", "download_button", "dataframe"):
        assert not app.get(kind), kind


def test_the_address_chooses_the_line(open_app):
    html = told(open_app("troubled", "wall", line="Hot strip 1"))
    html = html[html.index('class="qc-wall"') :]
    assert "rolling-2" in html
    assert "galvanising-1" not in html
    assert "Hot strip 2" not in html


def test_a_wrong_line_is_said_as_large_as_all_else(open_app):
    app = open_app("troubled", "wall", line="Hot strip 11")
    assert not app.exception
    assert 'class="qc-wall"' in told(app)
    assert "Hot strip 1" in told(app)


def test_a_plant_without_stages_says_so(open_app, tmp_path):
    founded(tmp_path / "home", plant_of(())).close()
    assert "has no stage yet" in told(open_app(tmp_path / "home", "wall"))


def test_a_large_line_takes_turns_and_the_worst_come_first(tmp_path):
    plant = plant_of(tuple(stage(f"rolling-{n}") for n in range(8)))
    with founded(tmp_path / "home", plant) as store:
        store.journal.alarms.raise_("data_silent", "rolling-7", "", "high", "no unit since 6 h", "look", NOW)
        view = wall_view(store, plant)
    assert [(len(s.tiles), s.number, s.of) for s in view.screens] == [(6, 1, 2), (2, 2, 2)]
    assert view.screens[0].tiles[0].stage == "rolling-7"
    assert view.lines == {"Hot strip 1": "act"}


def test_small_lines_share_a_screen_and_no_tile_is_lost():
    tile = Tile("a", "l", "w", "ok", "", (), (), (), (None, None))
    for sizes in ((1, 1, 1), (6, 1), (13,), (4, 3, 2, 9), (0, 2)):
        screens = screens_of({str(n): [tile] * size for n, size in enumerate(sizes)})
        assert sum(len(s.tiles) for s in screens) == sum(sizes)
        assert all(0 < len(s.tiles) <= TILES for s in screens)


def test_every_line_stays_in_sight_while_another_has_its_turn(homes):
    with enter(homes("troubled")) as store:
        plant = plant_now(store)
        view = wall_view(store, plant)
        with pytest.raises(PlantError, match="rolling"):
            wall_view(store, plant, family="roling")
    html = wall(view, Screen(("Finishing",), (), 1, 3), plant.zone, LIGHT)
    assert "■ Act Hot strip 1" in html
    assert "1 of 3" in html


def test_long_names_and_other_directions_keep_their_place(tmp_path):
    name = "<b>" + "x" * 190
    plant = plant_of((stage(name), stage("שלב א")))
    with founded(tmp_path / "home", plant) as store:
        store.journal.plants.save(render(plant), digest(plant), "maria", "names", NOW - timedelta(days=1))
        fill(store, plant, plant.stages[0], 3)
        view = wall_view(store, plant)
    html = wall(view, view.screens[0], plant.zone, LIGHT)
    assert "x" * 40 not in html
    assert 'dir="auto">שלב א' in html


@pytest.mark.parametrize("code", ["en", "de", "es", "zh"])
def test_an_alarm_of_results_fits_a_tile_in_every_language(code):
    alarm = "5 of the newest 5 results are out of specification (235 to 310 HV), last A00988-S2-C1-T1 at 222.4 HV"
    with speaking(code):
        told_ = briefly(recorded(alarm))
    assert "A00988-S2-C1-T1" in told_
    assert len(told_) <= 110
