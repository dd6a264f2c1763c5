"""Targets, worked out by hand on toy rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.bench import Result, Row, Settings, Target, report, target_entries, targets
from models.bench.protocols import Protocol


def row(pack: str, method: str, k: int, nrmse: float | None, protocol: Protocol = "random", **given: float) -> Row:
    own = not method.startswith("peer_")
    return Row(pack, "c", "continuous", protocol, k, 0, "s", method, own, 10, 1.0, nrmse=nrmse, **given)  # type: ignore[arg-type]


def defect(pack: str, method: str, ap: float) -> Row:
    own = not method.startswith("peer_")
    return Row(pack, "c", "binary", "random", 3, 0, "s", method, own, 10, 1.0, auroc=0.5, ap=ap)


def judged(rows: list[Row], learners: tuple[str, ...] = ("portfolio", "ridge")) -> dict[str, Target]:
    peers = tuple({r.method for r in rows if not r.own})
    settings = Settings("packs", learners, peers, ("random", "time"), (5, 10), (3,), (0,))
    return {t.words: t for t in targets(Result(settings, {}, tuple(rows), 1.0))}


RANDOM = [
    *(row("a", m, 5, v) for m, v in {"portfolio": 0.7, "ridge": 0.75, "peer_mean": 1.0, "peer_x": 0.8}.items()),
    *(row("b", m, 5, v) for m, v in {"portfolio": 0.9, "ridge": 0.85, "peer_mean": 0.9, "peer_x": 1.0}.items()),
]


def test_the_worst_number_of_labels_decides() -> None:
    better = [row(r.pack, r.method, 10, r.nrmse and r.nrmse * (0.5 if r.own else 1)) for r in RANDOM]
    found = judged(RANDOM + better)["nRMSE, random: 10 % or more below the best single peer"]
    # at 5 labels portfolio .8 against peer_x .9; at 10 labels .4
    assert (found.k, found.pack, found.met, found.told) == (5, "b", True, "11.1 % below")
    assert found.measured == pytest.approx(0.8 / 0.9 - 1)


def test_packs_are_held_against_their_own_rivals() -> None:
    found = judged(RANDOM)
    member = found["nRMSE, random: no pack over 2 % worse than the best member"]
    assert (member.measured, member.pack, member.met) == (pytest.approx(0.9 / 0.85 - 1), "b", False)
    mean = found["nRMSE, random: no pack over 2 % worse than the stage mean"]
    assert (mean.measured, mean.pack, mean.met) == (pytest.approx(0.0), "b", True)
    hindsight = found["nRMSE, random: not above the best peer per pack with hindsight"]
    assert hindsight.measured == pytest.approx(0.8 / 0.85 - 1)


def test_what_cannot_be_said_is_neither_met_nor_missed() -> None:
    alone = judged([r for r in RANDOM if r.own])
    assert {t.met for words, t in alone.items() if "peer" in words} == {None}
    silent = judged([r if r.method != "portfolio" else row(r.pack, "portfolio", 5, None) for r in RANDOM])
    assert silent["nRMSE, random: 10 % or more below the best single peer"].met is None


def test_coverage_may_miss_on_either_side() -> None:
    rows = [row("a", "portfolio", 5, 0.5, coverage=0.99), row("b", "portfolio", 5, 0.5, coverage=0.95)]
    found = judged(rows)["coverage, random: 90 % intervals cover 85 to 95 %"]
    assert (found.measured, found.pack, found.met, found.told) == (pytest.approx(0.97), "a", False, "97.0 %")


def test_defects_are_differences() -> None:
    rows = [defect("a", "portfolio", 0.40), defect("a", "peer_logistic", 0.43), defect("a", "peer_pca", 0.2)]
    found = judged(rows)
    single = found["average precision, random: above the best single peer"]
    assert (single.measured, single.told, single.met) == (pytest.approx(0.03), "0.030 below", False)
    assert not found["average precision, random: no pack over .02 below the better of pooled and logistic"].met


def test_the_longest_meta_training_counts() -> None:
    rows = [replace(r, fit_s=70.0 if (r.pack, r.method) == ("a", "portfolio") and r.k == 5 else 1.0) for r in RANDOM]
    later = [replace(r, fit_s=1.0, k=10) for r in RANDOM]
    found = judged(rows + later)["meta-training on one pack in 60 s or less"]
    assert (found.told, found.pack, found.met) == ("70 s", "a", False)


def test_every_learner_is_judged_where_the_portfolio_is_absent() -> None:
    rows = [r for r in RANDOM if r.method != "portfolio"]
    settings = Settings("packs", ("ridge",), ("peer_mean", "peer_x"), ("random",), (5,), (), (0,))
    result = Result(settings, {}, tuple(rows), 1.0)
    assert {t.learner for t in targets(result)} == {"ridge"}
    assert not any("member" in t.words for t in targets(result))
    table = report(result)[-1]
    assert table.title == "Targets"
    assert {cells[3] for cells in table.rows} <= {"yes", "NO", "-"}
    again = Result.from_json(result.to_json(targets=target_entries(targets(result))))
    assert again == result


def test_each_size_of_the_meta_training_is_held_against_the_targets() -> None:
    few = [
        replace(r, training=0 if not r.own else 5, nrmse=r.nrmse and r.nrmse * (1.2 if r.own else 1)) for r in RANDOM
    ]
    rows = few + [r for r in RANDOM if r.own]
    settings = Settings("packs", ("ridge",), ("peer_mean", "peer_x"), ("random",), (5,), (), (0,), training=(5, None))
    result = Result(settings, {}, tuple(rows), 1.0)
    single = [t for t in targets(result) if "best single peer" in t.words]
    assert [(t.training, t.met) for t in single] == [(None, True), (5, False)]
    table = next(t for t in report(result) if t.title.startswith("Few training stages"))
    assert table.columns == ("method", "5 stages", "all stages")
    assert ("ridge", "0.960", "0.800") in table.rows
    assert ("peer_x", "0.900", "0.900") in table.rows
    assert "ridge, 5 stages" in {r[0] for r in report(result)[-1].rows}
