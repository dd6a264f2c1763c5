"""Charts as files: letters that are there, a ground of their own, and nothing fetched."""

from __future__ import annotations

import altair as alt
import polars as pl
import pytest
from PIL import Image

from qc_app.dashboard import charts, pictures
from qc_app.dashboard.theme import DARK, LIGHT
from qc_app.views import enter, plant_now, stage_view


@pytest.fixture(scope="module")
def chart(homes):
    with enter(homes("troubled")) as store:
        view = stage_view(store, plant_now(store), "rolling-2", "thickness", "7d")
    return charts.units_chart(view, DARK, "Europe/Berlin")


def test_the_svg_keeps_its_words_and_asks_nobody(chart):
    told = pictures.svg(chart, DARK.paper).decode()
    assert "plant time, Europe/Berlin" in told
    assert "upper 2.6" in told
    assert DARK.paper in told
    assert "Source Sans" not in told
    assert [part for part in told.split('"') if part.startswith("http") and "w3.org" not in part] == []


def test_the_png_is_as_large_as_a_screen_and_has_its_ground(chart, tmp_path):
    path = tmp_path / "chart.png"
    path.write_bytes(pictures.png(chart, DARK.paper))
    with Image.open(path) as image:
        assert image.width > 1800
        assert image.convert("RGB").getpixel((1, 1)) == (0x14, 0x17, 0x1B)


def test_a_chart_that_names_another_place_is_refused():
    away = alt.Chart(alt.UrlData(url="http://127.0.0.1:9/x.json")).mark_point().encode(x="a:Q")
    with pytest.raises(ValueError, match="not allowed"):
        pictures.svg(away, LIGHT.paper)


def test_several_charts_side_by_side_keep_their_widths():
    one = alt.Chart(pl.DataFrame({"a": [1.0]})).mark_point().encode(x="a:Q").properties(width=80)
    assert "width" not in pictures.standing(alt.hconcat(one, one), LIGHT.paper)
    assert pictures.standing(one, LIGHT.paper)["width"] == 80


def test_the_stage_page_offers_both(look):
    labels = [b.label for b in look("troubled", "stage", "rolling-2").get("download_button")]
    assert {"PNG", "SVG", "CSV", "Excel"} <= set(labels)
