"""Results as a laboratory writes them: its own headings, local times, verdicts, units by nearly their names."""

from __future__ import annotations

import pytest

from qc_app.actions import decode, entry_of, read_entries
from qc_app.actions.labels.entry import _meant
from qc_app.errors import ActionError


def told(text: str, what: str = "") -> list[tuple[str, float, str]]:
    return [
        (e.unit_id, e.value, f"{e.t_measured:%d %H:%M %z}" if e.t_measured else "")
        for e in read_entries(text, "Europe/Berlin", what)
    ]


def test_the_columns_of_a_laboratory_are_known_by_what_stands_in_them():
    text = "Analyse am\tProbe\tRa [µm]\tRz [µm]\n24.10.2025 09:05\tP1\t0,81\t4,1\n26.10.2025 19:00\tP2\t0,79\t4,4\n"
    assert told(text, "Rz") == [("P1", 4.1, "24 09:05 +0200"), ("P2", 4.4, "26 19:00 +0100")]


def test_of_several_results_none_of_which_is_called_so_none_is_taken():
    with pytest.raises(ActionError, match="call its columns unit and value"):
        told("Probe;Ra;Rz\nP1;0,81;4,1\nP2;0,79;4,4", "hardness")


def test_agreed_headings_go_before_what_could_be_guessed():
    assert told("unit;value;other\nP1;1;7\nP2;2;8", "hardness") == [("P1", 1.0, ""), ("P2", 2.0, "")]


def test_lines_without_headings_stay_lines():
    assert told("P1;2,5;2026-03-01 14:05\nP2;2,6") == [("P1", 2.5, "01 14:05 +0100"), ("P2", 2.6, "")]


def test_verdicts_in_words_are_results_where_they_can_mean_one_thing_only():
    assert told("Teil;Befund\nT1;i.O.\nT2;n.i.O.\nT3;i.O.", "crack") == [
        ("T1", 0.0, ""),
        ("T2", 1.0, ""),
        ("T3", 0.0, ""),
    ]
    assert entry_of("T1", "NOK").value == 1.0
    assert entry_of("T1", "yes").value != entry_of("T1", "yes").value


def test_times_are_read_in_one_form_and_a_line_that_has_another_is_named():
    with pytest.raises(ActionError, match=r"line 3: time 'noon' is not like 2026-03-01 14:05"):
        told("unit;value;time\nP1;1;2026-03-01 14:05\nP2;2;noon")


def test_a_file_of_western_windows_is_read():
    assert decode("Prüfling;Härte\n".encode("cp1252")) == "Prüfling;Härte\n"


@pytest.mark.parametrize(
    ("name", "there", "meant"),
    [
        ("ch 2", {"CH-00002", "CH-00012"}, "CH-00002"),
        ("CH-1-01", {"CH-10-1"}, None),
        ("c1", {"C-1", "C_01"}, None),  # two could be meant
        ("other", {"CH-00002"}, None),
    ],
)
def test_a_unit_is_meant_only_where_no_other_could_be(name, there, meant):
    assert _meant({name}, there).get(name) == meant
