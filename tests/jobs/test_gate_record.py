"""The gate as an audit sees it: verdicts come out again from their record, and cheating at the evidence is noticed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from qc_app.access import Actor
from qc_app.actions import approve_challenger, promote, reject_challenger, retrain, roll_back
from qc_app.cli import main
from qc_app.errors import ActionError, NotAllowed
from qc_app.jobs.model import trial as trials
from qc_app.jobs.model import verdict as verdicts
from qc_app.jobs.model.adapt import hold_out
from qc_app.jobs.model.reproduce import reproduce
from qc_app.jobs.nightly import nightly
from qc_app.jobs.requests import serve
from qc_app.plant import Gate
from tests.jobs.conftest import NIGHT, START, Works, drop, units_of
from tests.jobs.test_decide import seen

ANNA, BERT = Actor("anna", "approver"), Actor("bert", "approver")


def decided(store):
    return [d for d in store.journal.decisions.list(stage="p-1") if d.rule in verdicts.RULES]


def night(works, store, day):
    store.clock.moment = START + timedelta(days=day) + NIGHT
    return nightly(store, works.plant())


def test_every_verdict_comes_out_again_bit_by_bit(grown):
    with grown.open(6) as store:
        found = decided(store)
        assert {d.rule for d in found} >= {verdicts.FIRST_MODEL, verdicts.PAIRED}
        for decision in found:
            assert reproduce(store, decision).differences == ()


def test_labels_that_come_later_change_no_recorded_verdict(after):
    works = after(7)
    with works.open(6) as store:
        late = units_of("p-1", 2).select("unit_id", "time", "width").with_columns(width=pl.col("width") + 3)
        drop(works.folder / "drop", "p-1", "labels", "late", late)
        night(works, store, 7)
        for decision in decided(store):
            assert reproduce(store, decision).differences == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [("rows", 99), ("seed", 1), ("verdict", "kept"), ("sentence", "fine")],
)
def test_a_record_that_was_changed_does_not_come_out(grown, name, value):
    with grown.open(6) as store:
        paired = next(d for d in decided(store) if d.rule == verdicts.PAIRED)
        found = reproduce(store, replace(paired, **{name: value}))
        assert [words.split(":")[0] for words in found.differences] == [name]


def test_what_a_person_decided_is_not_computed(after):
    works = after(4)
    with works.open(4) as store:
        roll_back(store, ANNA, "p-1", "width", "it lied")
        last = store.journal.decisions.list(stage="p-1", last=1)[0]
        with pytest.raises(ActionError, match="not computed by the gate"):
            reproduce(store, last)


# ---------------------------------------------------------------- mutants: each must be noticed


def evidence_is_fair(store):
    """What holds for every verdict: the judged units are unseen by both, unchosen, and all that are."""
    for decision in decided(store):
        seen = {u for m in (decision.champion, decision.challenger) if m
                for u in store.registry.get(m)[1]["support_units"]}  # fmt: skip
        known = store.journal.labels.known("p-1", "width", at=decision.at)
        assert decision.rows == known.filter(~pl.col("unit_id").is_in(list(seen)))["unit_id"].n_unique()
    return True


def test_judging_in_sample_is_noticed(after, monkeypatch):
    works = after(6)
    with works.open(5) as store:
        assert evidence_is_fair(store)
    monkeypatch.setattr("qc_app.jobs.model.answers.Answers.seen", lambda *_: frozenset())
    works.nights([6])
    with works.open(6) as store:
        monkeypatch.undo()
        with pytest.raises(AssertionError):
            evidence_is_fair(store)
        newest = decided(store)[-1]
        assert reproduce(store, newest).differences != ()


def test_judging_on_chosen_labels_is_noticed(after, monkeypatch):
    """The mutant takes chosen labels as evidence; the true trial leaves them out and says how many."""
    works = after(6)
    chosen = pl.lit("chosen").alias("picked")
    with works.open(6) as store, monkeypatch.context() as patch:
        patch.setattr("qc_app.jobs.night.picked", lambda *_: chosen)
        works.day(6)
        night(works, store, 6)
        honest = [d for d in decided(store) if d.plant_day == (START + timedelta(days=6)).date()]
        assert all(d.rows == 0 and d.numbers["passed_over"] > 0 for d in honest)
        patch.setattr(trials, "CHOSEN", "nobody")
        assert honest
        assert all(reproduce(store, d).differences for d in honest)


def test_a_delta_of_the_wrong_sign_is_noticed(grown, monkeypatch):
    """With the delta subtracted instead of added, a verdict no longer comes out of its record."""
    real = verdicts.gate.judge
    with grown.open(6) as store:
        paired = next(d for d in decided(store) if d.rule == verdicts.PAIRED)
        monkeypatch.setattr(verdicts.gate, "judge", lambda *a, **k: real(*a, **k | {"delta": 0.0}))
        assert any(words.startswith("numbers.delta") for words in reproduce(store, paired).differences)


# ---------------------------------------------------------------- labels that cannot be


def test_a_label_off_by_a_factor_of_a_hundred_decides_nothing(after):
    works = after(6)
    with works.open(6) as store:
        works.day(6, labels=0)
        some = units_of("p-1", 5).gather_every(3).select("unit_id", "time", "width")
        first = pl.int_range(pl.len()) == 0
        wrong = some.with_columns(pl.when(first).then(1000.0).otherwise(pl.col("width")).alias("width"))
        drop(works.folder / "drop", "p-1", "labels", "d6", wrong)
        night(works, store, 6)
        newest = decided(store)[-1]
        trial_of = newest.numbers
        assert newest.plant_day == (START + timedelta(days=6)).date()
        assert trial_of["set_aside"] == {"p-1-5-0": 1000.0}
        assert "1 label set aside as implausible (p-1-5-0: 1000)" in newest.sentence
        assert trial_of.get("loss_challenger") is None or trial_of["loss_challenger"] < 10


# ---------------------------------------------------------------- approval, shadow, rollback


@pytest.fixture(scope="module")
def waited(played, tmp_path_factory):
    """A plant that asks for approval, after a night whose challenger was found better; to copy."""
    works = Works(tmp_path_factory.mktemp("waited"), gate=Gate(approval=True))
    shutil.copytree(played(1).folder, works.folder, dirs_exist_ok=True)
    works.nights(range(1, 3))
    return works


@pytest.fixture
def waiting(waited, tmp_path):
    """Such a plant of one's own."""
    shutil.copytree(waited.folder, tmp_path, dirs_exist_ok=True)
    return Works(tmp_path, gate=waited.gate)


def test_a_better_challenger_waits_for_a_person_and_says_so_once(waiting):
    with waiting.open(2) as store:
        pointers = store.journal.models.pointers("p-1", "width")
        last = store.journal.decisions.list(stage="p-1", last=1)[0]
        assert (last.verdict, last.challenger) == ("awaiting", pointers.challenger)
        assert "waits for the approval of a second person" in last.sentence
        assert reproduce(store, last).differences == ()
        before = len(store.journal.decisions.list(stage="p-1"))
        night(waiting, store, 3)
        assert len(store.journal.decisions.list(stage="p-1")) == before
        assert store.journal.models.pointers("p-1", "width").champion == pointers.champion


def test_a_second_person_approves_and_the_reason_is_on_record(waiting):
    with waiting.open(2) as store:
        challenger = store.journal.models.pointers("p-1", "width").challenger
        with pytest.raises(ActionError, match="needs a reason"):
            approve_challenger(store, ANNA, "p-1", "width")
        made = approve_challenger(store, ANNA, "p-1", "width", "trial looked good")
        assert store.journal.models.pointers("p-1", "width").champion == challenger
        assert "Approved by anna: trial looked good" in made.sentence
        assert store.journal.audit.list(last=1)[0].action == "approve_challenger"
        with pytest.raises(ActionError, match="nothing waits"):
            approve_challenger(store, BERT, "p-1", "width", "me too")


def test_who_asked_may_not_approve(waiting):
    with waiting.open(2) as store:
        reject_challenger(store, BERT, "p-1", "width", "not yet")
        waiting.day(3)
        store.clock.moment = START + timedelta(days=3) + NIGHT
        from qc_app.jobs.sources.ingest import ingest

        ingest(store, waiting.plant())
        retrain(store, ANNA, "p-1")
        assert serve(store, waiting.plant()) == 1
        assert store.journal.decisions.list(stage="p-1", last=1)[0].verdict == "awaiting"
        with pytest.raises(NotAllowed, match="second person"):
            approve_challenger(store, ANNA, "p-1", "width", "mine")
        assert store.journal.audit.list(last=1)[0].action == "refused approve_challenger"
        approve_challenger(store, BERT, "p-1", "width", "checked")


def test_a_promotion_by_hand_is_a_proposal_that_somebody_else_must_approve(waiting):
    with waiting.open(2) as store:
        made = promote(store, ANNA, "p-1", "width", "we need it")
        assert made.verdict == "awaiting"
        night(waiting, store, 3)
        assert store.journal.models.pointers("p-1", "width").champion is None
        with pytest.raises(NotAllowed):
            approve_challenger(store, ANNA, "p-1", "width", "we need it")
        approve_challenger(store, BERT, "p-1", "width", "agreed")
        assert store.journal.models.pointers("p-1", "width").champion == made.challenger


def test_a_rejected_challenger_can_be_looked_at_and_does_not_come_back(waiting):
    with waiting.open(2) as store:
        challenger = store.journal.models.pointers("p-1", "width").challenger
        reject_challenger(store, ANNA, "p-1", "width", "odd on thin coils")
        night(waiting, store, 3)
        version = store.journal.models.get(challenger)
        assert version.status == "rejected"
        assert "odd on thin coils" in version.sentence
        assert store.registry.get(challenger)[1]["support_units"]
        assert store.journal.models.pointers("p-1", "width").challenger != challenger


@pytest.mark.slow
def test_in_the_shadow_a_challenger_is_looked_at_and_judged_on_later_units_only(after):
    works = after(4)
    works.gate = Gate(shadow_nights=2, min_rows=4)
    works.nights([4])
    with works.open(4) as store:
        pointers = store.journal.models.pointers("p-1", "width")
        built = store.journal.models.get(pointers.challenger).cutoff
        run = store.journal.runs.list(job="judge width", stage="p-1", last=1)[0]
        assert "in the shadow: night 1 of 2; so far" in run.sentence
        known = seen(challenger=None, labels=30, new_labels=4, champion_labels=26)
        assert hold_out(["a", "b", "c", "d"], known, works.gate) == frozenset()
    works.nights(range(5, 8))
    with works.open(7) as store:
        judged = [d for d in decided(store) if d.rule == verdicts.SHADOW]
        assert judged
        assert judged[0].challenger == pointers.challenger
        assert (judged[0].at - built) >= timedelta(days=2)
        known = store.journal.labels.known("p-1", "width", at=judged[0].at)
        events = store.lake.measurements("p-1").filter(pl.col("t_event") > built)["unit_id"]
        assert judged[0].rows == known.filter(pl.col("unit_id").is_in(events.implode()))["unit_id"].n_unique()
        assert reproduce(store, judged[0]).differences == ()


def test_a_rollback_is_one_action_and_the_next_night_does_not_undo_it(after):
    works = after(5)
    with works.open(4) as store:
        bad = store.journal.models.pointers("p-1", "width").champion
        roll_back(store, ANNA, "p-1", "width", "scrap went up")
        assert store.journal.models.get(bad).status == "quarantined"
        for day in (5, 6):
            works.day(day)
            night(works, store, day)
            pointers = store.journal.models.pointers("p-1", "width")
            assert bad not in {pointers.champion, pointers.challenger, pointers.previous}


def test_a_grade_that_became_worse_holds_a_better_mean_back(grown):
    with grown.open(6) as store:
        paired = next(d for d in decided(store) if d.rule == verdicts.PAIRED)
        assert "segments" not in paired.numbers["guards"]
    rng = np.random.default_rng(1)
    old, gain = rng.normal(2, 0.2, 40), np.r_[np.full(30, 1.5), np.full(10, -1.0)] + rng.normal(0, 0.05, 40)
    grades = np.array(["A"] * 30 + ["B"] * 10, dtype=object)
    made = trials.Trial(old, old - gain, old, None, None, None, segments=grades)
    found = verdicts.gate.judge(old, old - gain, delta=0.01, seed=1, evidence=made.evidence(0.1))
    assert found.verdict == "keep"
    assert "significantly worse for B" in found.sentence


def test_the_command_prints_and_checks(grown, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with grown.open(6) as store:
        number = next(d.id for d in decided(store) if d.rule == verdicts.PAIRED)
    home = ["--home", str(grown.home())]
    assert main(["verdict", str(number), "--check", *home]) == 0
    told = capsys.readouterr().out
    for words in ("rule", "seed", "evidence", "loss challenger", "the same in every fact"):
        assert words in told
    assert main(["verdict", *home]) == 0
    assert main(["verdict", "999", *home]) == 2


def test_a_challenger_that_was_turned_away_confirms_the_champion(after):
    from qc_app.jobs.model.answers import Answers
    from qc_app.jobs.night import Night
    from qc_app.jobs.report import _confirmed

    works = after(6)
    with works.open(6) as store:
        champion = store.journal.models.get(store.journal.models.pointers("p-1", "width").champion)
        now = Night(store, works.plant(), START.date(), store.clock.now(), Answers(store.registry))
        before = _confirmed(now, champion)
        paired = next(d for d in decided(store) if d.rule == verdicts.PAIRED)
        later = replace(paired, id=None, verdict="kept", champion=champion.id, at=before + timedelta(days=9))
        store.journal.decisions.add(later)
        store.journal.decisions.add(replace(later, verdict="undecided", at=before + timedelta(days=10)))
        assert _confirmed(now, champion) == before + timedelta(days=9)
