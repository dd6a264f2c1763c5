"""The life of a definition: history, differences, back to an old one, two editors, and files that broke on the way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qc_app.access import Actor
from qc_app.actions import apply_plant
from qc_app.cli import main
from qc_app.errors import ActionError, PlantError
from qc_app.plant import parse
from qc_app.settings import Settings
from qc_app.store import open_store

ENGINEER = Actor("otto", "engineer")


def told(capsys):
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


def changed(old='"mm"', new='"um"', file="plant.toml"):
    Path("new.toml").write_text(Path(file).read_text().replace(old, new))


@pytest.fixture
def twice(applied, capsys):
    changed()
    assert main(["apply", "new.toml", "--reason", "gauge replaced"]) == 0
    capsys.readouterr()
    return applied


def refusal(text):
    """Return why a text is no definition; empty if it is one."""
    try:
        parse(text, "plant.toml")
    except PlantError as error:
        return str(error)
    return ""


def in_force(home):
    with open_store(Settings(home=home)) as store:
        return store.journal.plants.current()


def test_history_says_who_when_why_and_what(twice, capsys):
    assert main(["plant", "history"]) == 0
    said = told(capsys)
    assert "2 versions" in said
    assert "maria gauge replaced 1 stage 'press', characteristic 'width': unit 'mm' becomes 'um'" in said
    assert "maria - 1 the first definition" in said


def test_a_version_can_be_read_and_compared(twice, capsys):
    assert main(["plant", "show", "1"]) == 0
    assert parse(capsys.readouterr().out).stages[0].characteristics[0].unit == "mm"
    assert main(["plant", "diff", "1", "2"]) == 0
    assert told(capsys) == "stage 'press', characteristic 'width': unit 'mm' becomes 'um'"
    assert main(["plant", "diff", "2", "2"]) == 0
    assert told(capsys) == "nothing differs"
    assert main(["plant", "show", "9"]) == 1
    assert "the plant has no version 9 - `qc plant history` lists them" in told(capsys)


def test_roll_back_is_a_new_version_with_a_reason(twice, capsys):
    assert main(["plant", "rollback", "1"]) == 1
    assert "needs a reason" in told(capsys)
    assert main(["plant", "rollback", "1", "--dry-run"]) == 0
    assert "unit 'um' becomes 'mm'" in told(capsys)
    assert main(["plant", "rollback", "1", "--reason", "it was the old gauge after all"]) == 0
    now = in_force(twice)
    assert (now.id, now.reason, now.author) == (3, "it was the old gauge after all", "maria")
    assert main(["plant", "rollback", "1", "--reason", "again"]) == 0
    assert in_force(twice).id == 3, "what is in force needs no new version"
    assert main(["plant", "rollback", "7", "--reason", "x"]) == 1


def test_a_viewer_may_not_roll_back(twice, capsys, monkeypatch):
    monkeypatch.setenv("QC_ROLE", "viewer")
    assert main(["plant", "rollback", "1", "--reason", "x"]) == 1
    assert "may not roll back plant" in told(capsys)


def test_two_editors_notice_each_other(applied, capsys):
    assert main(["export", "mine.toml"]) == 0
    with open_store(Settings(home=applied)) as store:
        apply_plant(store, ENGINEER, Path("mine.toml").read_text().replace('"kN"', '"N"'), "in newtons")
    changed(file="mine.toml")
    capsys.readouterr()
    assert main(["apply", "new.toml"]) == 1
    said = told(capsys)
    assert re.search(r"the plant was changed meanwhile by otto \(version 2, [^)]*: in newtons\) - nothing was", said)
    assert "see `qc plant diff 1 2`" in said
    assert in_force(applied).id == 2
    assert main(["apply", "new.toml", "--over", "--reason", "agreed with otto"]) == 0
    assert in_force(applied).id == 3


def test_own_changes_do_not_stand_in_the_way(applied, capsys):
    assert main(["export", "mine.toml"]) == 0
    changed(file="mine.toml")
    assert main(["apply", "new.toml"]) == 0
    changed('"kN"', '"N"', file="new.toml")
    assert main(["apply", "new.toml"]) == 0


def test_the_last_moment_counts(applied):
    with open_store(Settings(home=applied)) as store:
        text = store.journal.plants.current().definition
        apply_plant(store, ENGINEER, text.replace('"kN"', '"N"'), seen=1)
        with pytest.raises(ActionError, match="changed meanwhile by otto"):
            apply_plant(store, Actor("maria", "engineer"), text.replace('"mm"', '"um"'), seen=1)
        assert store.journal.plants.current().id == 2
        assert store.journal.audit.verify() is None


def test_f36_a_file_cut_off_anywhere_is_refused_or_whole(applied):
    """Cell F36: of every prefix of a file, what was in force stays, or the prefix is a definition of its own."""
    whole = in_force(applied).definition
    refused = 0
    with open_store(Settings(home=applied)) as store:
        for end in range(0, len(whole) - 1, 7):
            said = refusal(whole[:end])
            refused += bool(said)
            assert not said or re.match(r"plant\.toml(, line \d+)?: .* - ", said)
            if said:
                with pytest.raises(PlantError):
                    apply_plant(store, ENGINEER, whole[:end])
        assert store.journal.plants.current().id == 1
    assert refused > 20


def test_f36_export_leaves_the_old_file_or_the_new(applied, monkeypatch, capsys):
    Path("out.toml").write_text("# mine\n")
    monkeypatch.setattr("os.fsync", lambda _handle: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert main(["export", "out.toml"]) == 2
    assert "out.toml cannot be written (No space left on device)" in told(capsys)
    assert Path("out.toml").read_text() == "# mine\n"
    assert [p.name for p in Path().glob(".*tmp")] == []


def test_a_sheet_in_and_out(applied, capsys):
    assert main(["export", "stages.csv"]) == 0
    assert main(["apply", "--stages", "stages.csv"]) == 0
    assert "nothing changes" in told(capsys)
    rows = "".join(f"press-{n},B,press,drop\n" for n in range(200))
    Path("more.csv").write_text("stage,line,like,measurements.path\n" + rows)
    assert main(["apply", "--stages", "more.csv", "--dry-run"]) == 0
    assert "200 stages are added: 'press-0', 'press-1', 'press-2', ..., 'press-199'" in told(capsys)
    assert main(["apply", "--stages", "more.csv", "--reason", "the new hall"]) == 0
    assert "applied: 201 stages, 201 sources" in told(capsys)
    assert main(["export", "all.csv"]) == 0
    Path("bare.toml").write_text('[plant]\nname = "Works"\n')
    assert main(["apply", "bare.toml", "--stages", "all.csv", "--yes"]) == 0
    assert "nothing changes" in told(capsys)


def test_nothing_to_apply_is_wrong_use(applied, capsys):
    assert main(["apply"]) == 2
    assert "nothing to apply - name a plant definition, or a sheet of stages with --stages" in told(capsys)
