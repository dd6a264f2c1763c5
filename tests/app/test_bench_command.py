"""qc bench: what it needs, what it prints, what it writes."""

from __future__ import annotations

import json

import pytest

import models.bench
from qc_app.cli import main
from tests.models.bench.packs import write_pack


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    write_pack(tmp_path / "packs", "mill", stages=4, rows=80)
    write_pack(tmp_path / "packs", "saw", stages=4, rows=80, kind="defect")
    return tmp_path / "packs"


def test_the_folder_of_packs_is_named_by_who_asks(capsys):
    assert main(["bench"]) == 2
    assert "qc bench --data DIR" in " ".join(capsys.readouterr().err.split())


def test_both_kinds_are_told_against_the_peers(folder, tmp_path, capsys):
    peers = "peer_mean,peer_ridge,peer_pca,peer_neighbours"
    out = tmp_path / "bench.json"
    asked = ["--quick", "--workers", "1", "--learners", "stage_mean", "--peers", peers, "--out", str(out)]
    assert main(["bench", "--data", str(folder), *asked]) == 0
    text = capsys.readouterr().out
    for words in ("nRMSE (RMSE / sd of the stage", "Average precision of defects", "best peer per pack, hindsight"):
        assert words in text
    sentences = [line for line in text.splitlines() if "best single peer," in line and ": stage_mean" in line]
    starts = [line.partition(":")[0] for line in sentences]
    assert starts[:2] == ["nRMSE, random", "nRMSE, time"]
    assert {"average precision, random", "AUROC, time"} <= set(starts)
    assert json.loads(out.read_text())["settings"]["learners"] == ["stage_mean"]


def test_own_learners_can_be_left_out(folder, capsys):
    asked = ["--quick", "--workers", "1", "--learners", "none", "--peers", "peer_mean", "--packs", "mill"]
    assert main(["bench", "--data", str(folder), *asked]) == 0
    assert "peer_mean" in capsys.readouterr().out


def test_a_page_and_a_comparison_with_an_earlier_run(folder, tmp_path, capsys):
    earlier, page = tmp_path / "earlier.json", tmp_path / "bench.html"
    asked = ["--quick", "--workers", "1", "--learners", "stage_mean", "--peers", "peer_mean", "--packs", "mill"]
    assert main(["bench", "--data", str(folder), *asked, "--out", str(earlier)]) == 0
    capsys.readouterr()
    again = ["--against", str(earlier), "--html", str(page), "--training", "2,all"]
    assert main(["bench", "--data", str(folder), *asked, *again]) == 0
    text = capsys.readouterr().out
    assert "nRMSE, random: stage_mean" in text
    assert "no difference shown: +0.0000" in text
    assert "compared:" in text
    assert "Few training stages" in text
    assert page.read_text().startswith("<!doctype html>")


def test_an_earlier_run_that_is_not_there_is_said_before_anything_runs(folder, tmp_path, capsys):
    missing = tmp_path / "gone.json"
    assert main(["bench", "--data", str(folder), "--against", str(missing)]) == 2
    assert "no such file" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(("option", "words"), [("--shots", "whole numbers"), ("--training", "whole numbers")])
def test_numbers_that_are_none_are_said(folder, capsys, option, words):
    assert main(["bench", "--data", str(folder), option, "five"]) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_who_stops_a_run_is_told_how_it_goes_on(folder, tmp_path, capsys, monkeypatch):
    def stopped(*_args, **_asked):
        raise KeyboardInterrupt

    monkeypatch.setattr(models.bench, "run", stopped)
    asked = ["--quick", "--workers", "1", "--out", str(tmp_path / "bench.json")]
    assert main(["bench", "--data", str(folder), *asked]) != 0
    assert "--resume" in capsys.readouterr().out


def test_made_up_packs_need_no_folder(folder, capsys):
    asked = ["--quick", "--workers", "1", "--learners", "none", "--peers", "peer_mean,peer_ridge", "--stages", "2"]
    assert main(["bench", "--synthetic", "4", *asked]) == 0
    text = capsys.readouterr().out
    assert "invented_strangers" in text
    assert main(["bench", "--synthetic", "4", "--data", str(folder)]) == 2
    assert "one of them" in " ".join(capsys.readouterr().err.split())


def test_speed_in_small_is_no_verdict(capsys):
    assert main(["bench", "speed", "--size", "tiny", "--parts", "overview"]) == 0
    assert "the targets are meant for --size full" in capsys.readouterr().out


def test_a_policy_that_nobody_knows_is_named(folder):
    assert main(["bench", "labels", "--data", str(folder), "--policies", "luck"]) == 2


@pytest.mark.slow
def test_policies_for_the_next_label_are_compared(folder, tmp_path, capsys):
    out = tmp_path / "labels.json"
    asked = ["--policies", "information", "--seeds", "1", "--repeats", "1", "--stages", "1", "--out", str(out)]
    assert main(["bench", "labels", "--data", str(folder), *asked]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "information: labels for the error of so many random ones" in text
    assert json.loads(out.read_text())["policies"] == ["random", "information"]
    assert main(["bench", "labels", "--data", str(folder), "--outlook", "--seeds", "1", "--stages", "1"]) == 0
    assert "Outlook for more labels against what they gave" in " ".join(capsys.readouterr().out.split())
