"""Numbers of the report, worked out by hand on a toy run."""

from __future__ import annotations

import pytest

from models.bench import Result, Row, Settings, report, sentences, summary
from models.bench.telling.summary import lines

# pack -> characteristic -> method -> nRMSE at stage s1 (seed 0), s2 (seed 0), s3 (seed 1)
TOY = {
    "a": {
        "c": {"ours": (0.4, 0.6, 0.8), "peer_mean": (1.0, 1.0, 1.0), "peer_x": (0.5, 0.7, 0.9)},
        "d": {"ours": (0.2, 0.2, 0.2), "peer_mean": (1.0, 1.0, 1.0), "peer_x": (0.3, 0.3, 0.3)},
    },
    "b": {"c": {"ours": (1.1, 1.1, 1.1), "peer_mean": (1.0, 1.0, 1.0), "peer_x": (1.3, 1.3, 1.3)}},
}


def row(pack: str, characteristic: str, method: str, i: int, value: float | None) -> Row:
    return Row(
        pack, characteristic, "continuous", "random", 5, int(i == 2), f"s{i}", method, method == "ours", 10, 0.5,
        nrmse=value, status="ok" if value is not None else "refused",
    )  # fmt: skip


def toy(rows: list[Row]) -> Result:
    settings = Settings("packs", ("ours",), ("peer_mean", "peer_x"), ("random",), (5,), (), (0, 1))
    return Result(settings, {"python": "3"}, tuple(rows), 1.0)


def toy_rows() -> list[Row]:
    return [
        row(pack, characteristic, method, i, value)
        for pack, characteristics in TOY.items()
        for characteristic, methods in characteristics.items()
        for method, values in methods.items()
        for i, value in enumerate(values)
    ]


def test_means_over_stages_then_characteristics_then_packs() -> None:
    (line,) = lines(toy(toy_rows()), "nrmse")
    # ours: a = mean(0.6, 0.2) = 0.4, b = 1.1; peer_x: a = mean(0.7, 0.3) = 0.5, b = 1.3
    assert line.means == pytest.approx({"ours": 0.75, "peer_mean": 1.0, "peer_x": 0.9})
    assert line.best_peer == "peer_x"
    assert line.hindsight == pytest.approx((0.5 + 1.0) / 2)
    assert line.gain("ours") == pytest.approx(1 - 0.75 / 0.9)
    assert line.worst("ours", ("peer_mean",)) == (pytest.approx(0.1), "b")
    assert line.worst("ours", line.peers) == (pytest.approx(0.1), "b")
    assert line.worst("ours", ("ours",)) is None


def test_spread_is_over_seeds() -> None:
    (line,) = lines(toy(toy_rows()), "nrmse")
    # ours: seed 0: a = (0.5 + 0.2) / 2, b = 1.1 -> 0.725; seed 1: a = (0.8 + 0.2) / 2 -> 0.8
    assert line.spread["ours"] == pytest.approx(abs(0.725 - 0.8) / 2**0.5)


def test_who_leaves_out_an_exam_has_no_mean() -> None:
    rows = [r for r in toy_rows() if r.method != "peer_x"]
    rows += [row("a", c, "peer_x", i, 0.01 if i else None) for c in "cd" for i in range(3)]
    rows += [row("b", "c", "peer_x", i, 0.01) for i in range(3)]
    (line,) = lines(toy(rows), "nrmse")
    assert "peer_x" not in line.means
    assert line.best_peer == "peer_mean"
    assert line.hindsight == pytest.approx((1.0 + 0.01) / 2)


def test_higher_is_better_for_defects() -> None:
    def defect(method: str, ap: float) -> Row:
        return Row("p", "c", "binary", "time", 3, 0, "s", method, method == "ours", 10, 0.1, auroc=ap, ap=ap)

    (line,) = lines(toy([defect("ours", 0.5), defect("peer_a", 0.7), defect("peer_b", 0.4)]), "ap")
    assert (line.best_peer, line.gain("ours")) == ("peer_a", pytest.approx(-0.2))
    assert line.gain_on_hindsight("ours") == pytest.approx(-0.2)
    assert line.worst("ours", line.peers) == (pytest.approx(0.2), "p")


def test_the_table_shows_these_numbers() -> None:
    table = report(toy(toy_rows()))[0]
    cells = {r[0]: r[1] for r in table.rows}
    assert table.columns == ("method", "5 labels")
    assert cells["ours"] == "0.750 ±0.053"
    assert cells["best single peer"] == "peer_x"
    assert cells["best peer per pack, hindsight"] == "0.750"
    assert cells["ours: below best single peer"] == "+16.7 %"
    assert cells["ours: worst pack against the stage mean"] == "+10.0 % b"


def test_sentences_say_how_far_each_learner_is_from_the_peers() -> None:
    assert sentences(toy(toy_rows())) == [
        "nRMSE, random: ours 16.7 % below the best single peer, 0.0 % below hindsight"
    ]
    alone = toy([r for r in toy_rows() if r.own])
    assert sentences(alone) == ["nRMSE, random: ours cannot be compared: it, or every peer, left exams unanswered"]


def test_the_summary_is_json_with_the_rows() -> None:
    found = toy(toy_rows())
    entry = summary(found)[0]
    assert entry["gain"]["ours"] == pytest.approx(1 - 0.75 / 0.9)
    assert Result.from_json(found.to_json(summary(found))) == found
