"""The table of rights drives both the code and this test: an action without a row fails."""

from __future__ import annotations

import inspect
from datetime import timedelta
from pathlib import Path

import pytest

from data_connectors.schema import Source
from qc_app import actions
from qc_app.access import LEAST_ROLE, NEEDS_REASON, ROLES, Actor, may
from qc_app.actions import Entry
from qc_app.errors import ActionError, NotAllowed
from qc_app.plant import render
from tests.pages import made_plants, made_troubles

GIVEN = {
    "stage": "rolling-2",
    "characteristic": "thickness",
    "entries": [Entry("C-1", 2.5)],
    "alarm_id": 1,
    "hours": 8,
    "step": 0,
    "incident_id": 1,
    "cause": "worn tool",
    "action": "changed",
    "route": "shift",
    "what": "ingest",
    "ids": [1],
    "unit": "C-1",
    "kind": "note",
    "text": "a note",
    "sheet": actions.read_sheet("reference,value\n2.5,2.51"),
    "reason": "because",
    "file_name": "a.csv",
    "data": b"a,b\n1,2\n",
    "characteristics": ["thickness"],
    "number": 1,
    "accept": True,
    "name": "ben",
    "role": "operator",
    "verdict": "hold",
    "plant": made_plants.plant_of((made_plants.stage("rolling-2"),), "Other"),
    "files": [],
    "thumbprint": "aabbccdd",
    "path": Path("set.tar"),
    "since": made_plants.NOW - timedelta(hours=1),
    "until": made_plants.NOW,
    "source": Source("the source", "file_folder", "the stage", settings={"path": "/nowhere"}),
    "language": "de",
}
PURE = {
    "DISPOSITIONS",
    "ENDINGS", "MAX_MB",
    "Basis", "Sheet", "Studied", "Trial", "judge_sheet", "read_sheet", "trial_limits", "trial_words",
    "check_labels", "decode", "entry_of", "read_entries", "event_kinds", "local_actor", "may", "Actor", "Checked",
    "Entry", "stopped", "SCOPES", "digest_of", "parts_of", "Rehearsal", "proposed", "rehearse",
}  # fmt: skip
DEEDS = sorted(set(actions.__all__) - PURE)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    home = made_troubles.troubled(tmp_path_factory.mktemp("access") / "home")
    from qc_app.views import enter

    with enter(home) as opened:
        yield opened


def do(name: str, store, actor: Actor, **changed: object) -> object:
    deed = getattr(actions, name)
    given = {**GIVEN, **changed}
    if name in {"apply_plant", "onboard_stage", "onboard_sheet"}:
        given["text"] = render(made_plants.plant_of((made_plants.stage("rolling-2"),), "Other"))
    wanted = [n for n in inspect.signature(deed).parameters if n in given]
    return deed(store, actor, **{n: given[n] for n in wanted})


def test_every_deed_has_a_row_and_every_row_a_deed():
    assert set(LEAST_ROLE) == set(DEEDS)


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_below_the_least_is_refused_and_audited(store, name, role):
    actor = Actor("maria", role)
    if may(actor, name):
        return
    with pytest.raises(NotAllowed, match=LEAST_ROLE[name]):
        do(name, store, actor)
    last = store.journal.audit.list(last=1)[0]
    assert (last.action, last.role) == (f"refused {name}", role)


@pytest.mark.parametrize("name", sorted(NEEDS_REASON))
def test_critical_deeds_need_a_reason(store, name):
    with pytest.raises(ActionError, match="needs a reason"):
        do(name, store, Actor("maria", "administrator"), reason="  ")


def test_the_audit_chain_holds_after_refusals(store):
    assert store.journal.audit.verify() is None


def test_nothing_is_kept_if_one_entry_is_wrong(store):
    before = store.journal.labels.count("rolling-2", "thickness")
    with pytest.raises(ActionError, match="1 of 2"):
        do("enter_labels", store, Actor("maria", "operator"), entries=[Entry("C-1", 2.5), Entry("", 2.5)])
    assert store.journal.labels.count("rolling-2", "thickness") == before
