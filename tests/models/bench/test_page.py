"""The page of a run: one file, nothing fetched, targets first."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from models.bench import Result, compare, run, write_page
from models.bench.telling.page.chart import Series, dot_chart, line_chart, ticks_of
from tests.models.bench.packs import write_pack


class Balanced(HTMLParser):
    """Every element that is opened is closed in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        del attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    root = tmp_path_factory.mktemp("packs")
    write_pack(root, "mill<1>", rows=100)
    write_pack(root, "press", kind="defect", rows=120)
    peers = ("peer_mean", "peer_ridge", "peer_pca", "peer_logistic")
    asked = {"learners": ("stage_mean", "recent"), "peers": peers, "shots": (5, 10), "seeds": 1, "workers": 1}
    return run(root, **asked, protocols=("random", "normal"), training=(2, None))  # type: ignore[arg-type]


def test_the_page_is_whole_and_fetches_nothing(result: Result, tmp_path: Path) -> None:
    text = write_page(result, tmp_path / "bench.html", compare(result, result)).read_text()
    page = Balanced()
    page.feed(text)
    assert page.open == []
    assert not re.search(r"""(src|href)=["'](?!#)""", text)
    assert "url(" not in text
    assert "@import" not in text
    assert "mill&lt;1&gt;" in text
    assert "mill<1>" not in text
    order = [text.index(f'id="{part}"') for part in ("targets", "against", "random", "coverage", "training", "rest")]
    assert order == sorted(order)
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(re.findall(r'id="([^"]+)"', text))


def test_a_figure_of_the_page_is_that_of_the_table(result: Result, tmp_path: Path) -> None:
    text = write_page(result, tmp_path / "bench.html").read_text()
    found = [r.nrmse for r in result.rows if (r.method, r.protocol, r.k) == ("peer_ridge", "random", 5)]
    mean = sum(v for v in found if v is not None) / len(found)
    assert f"<title>best single peer, 5 labels: {mean:.3f}</title>" in text
    assert f'<td>peer_ridge</td><td class="number">{mean:.3f}</td>' in text


def test_peers_do_not_widen_the_axis() -> None:
    ours = Series("ours", (0.5, 0.6), "own-1")
    drawn = line_chart("error", ["5", "10"], [ours, Series("exploded", (400.0, 0.55), "peer")])
    assert ">400<" not in drawn
    heights = [float(y) for y in re.findall(r"[\d.]+,([\d.]+)", drawn)]
    assert max(heights) <= 240
    assert min(heights) >= 0


def test_gaps_are_gaps() -> None:
    drawn = line_chart("error", ["5", "10", "20"], [Series("ours", (0.5, None, 0.6), "own-1")])
    assert drawn.count("<polyline") == 2
    assert line_chart("error", ["5"], [Series("ours", (None,), "own-1")]) == ""


def test_dots_outside_the_band_are_marked() -> None:
    rows = [("mill", [("5 labels", 0.8), ("10 labels", 0.9), ("20 labels", 0.2)])]
    drawn = dot_chart("coverage", rows, low=0.6, high=1.0, band=(0.85, 0.95))
    assert drawn.count(" out") == 2
    assert all(130 <= float(x) <= 460 for x in re.findall(r'cx="([\d.]+)"', drawn))


@pytest.mark.parametrize("values", [[0.3, 0.3], [0.0], [-1.0, 1.0], [1e-9, 2e-9], [1.0, 1000.0]])
def test_ticks_span_the_values(values: list[float]) -> None:
    ticks = ticks_of(values)
    assert 2 <= len(ticks) <= 8
    assert ticks[0] <= min(values)
    assert ticks[-1] >= max(values)
