"""What is done with a unit: decided by an engineer with a reason, replaced and never overwritten, handed over."""

from __future__ import annotations

import pytest

from qc_app.actions import DISPOSITIONS, Actor, dispose
from qc_app.cli import main
from qc_app.errors import ActionError
from qc_app.views import dispositions_table, enter, handover, plant_now, worked_shifts
from tests.pages.made_plants import NOW, told
from tests.pages.made_troubles import troubled

ENGINEER = Actor("maria", "engineer")
UNIT = "C-120419"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return troubled(tmp_path_factory.mktemp("disposition") / "home")


def test_every_decision_stays_and_the_newest_is_in_force(home):
    with enter(home) as store:
        dispose(store, ENGINEER, "rolling-2", "C-120418", "hold", "measure it again")
        dispose(store, ENGINEER, "rolling-2", "C-120418", "use as is", "2.60 mm by the laboratory")
        assert store.journal.dispositions.in_force("rolling-2")["C-120418"].verdict == "use as is"
        assert dispositions_table(store, "rolling-2", "C-120418")["verdict"].to_list() == ["use as is", "hold"]
        last = store.journal.audit.list(last=1)[0]
        assert (last.action, last.subject, last.detail["verdict"]) == ("dispose", "rolling-2 / C-120418", "use as is")
        plant = plant_now(store)
        told = handover(store, plant, worked_shifts(plant, NOW)[0], "Hot strip 1").parts["Dispositions"]
        assert told["reason"].to_list()[:2] == ["measure it again", "2.60 mm by the laboratory"]


@pytest.mark.parametrize(
    ("unit", "verdict", "hint"),
    [("C-nowhere", "scrap", "has no unit"), ("", "scrap", "has no unit"), (UNIT, "scrab", "scrap")],
)
def test_what_cannot_be_is_refused(home, unit, verdict, hint):
    with enter(home) as store, pytest.raises(ActionError, match=hint):
        dispose(store, ENGINEER, "rolling-2", unit, verdict, "because")


def test_an_engineer_decides_on_the_page(home, open_app):
    app = open_app(home, "unit", stage="rolling-2", what="thickness", unit=UNIT)
    assert "Nobody has decided anything" in told(app)
    assert app.selectbox(key="dispose_verdict").options == list(DISPOSITIONS)
    app.selectbox(key="dispose_verdict").set_value("rework").run()
    app.button(key="dispose_go").click().run()
    assert "needs a reason" in told(app)
    app.text_input(key="dispose_why").set_value("edge <b>cracked</b>").run()
    app.button(key="dispose_go").click().run()
    html = told(app)
    assert "▲ Rework" in html
    assert "edge &lt;b&gt;cracked" in html


def test_an_operator_reads_and_is_told_who_decides(home, open_app):
    app = open_app(home, "unit", role="operator", stage="rolling-2", what="thickness", unit=UNIT)
    assert "deciding needs an engineer" in told(app)
    assert not [b for b in app.button if b.key == "dispose_go"]


def test_the_commands(home, capsys, monkeypatch):
    monkeypatch.setenv("QC_ROLE", "engineer")
    asked = ["disposition", "set", "rolling-2", "C-120417", "hold", "--home", str(home)]
    assert main(asked) == 1
    assert "needs a reason" in capsys.readouterr().err
    assert main([*asked, "--reason", "surface"]) == 0
    assert main(["disposition", "list", "--home", str(home), "--unit", "C-120417"]) == 0
    assert "surface" in capsys.readouterr().out
