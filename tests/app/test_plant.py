"""The plant definition: exact round trip, every mistake named with its place and remedy."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_connectors.schema import Characteristic, Feed, Parameter, Source, Stage, Window
from data_connectors.writeback import Outlet
from qc_app.errors import PlantError
from qc_app.plant import AlarmRule, Calendar, Gate, Mark, Plant, Route, Shift, difference, digest, parse, render

name = st.text(string.ascii_letters + string.digits + " .-_#\"'\\äß温[]=", min_size=1, max_size=12).filter(
    lambda s: s == s.strip()
)
number = st.floats(-1e9, 1e9, allow_nan=False)
setting = st.one_of(st.text(max_size=8), st.integers(-9, 9), st.booleans(), number, st.lists(st.text(max_size=3)))


clock = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))
windows = st.builds(
    Window, st.integers(1, 900), st.integers(30, 900), st.integers(0, 90), st.none() | st.integers(1, 9)
)
calendars = st.builds(
    Calendar,
    st.lists(st.builds(Shift, name, clock, clock, st.sampled_from([(), ("mon",), ("sat", "sun")])),
             max_size=3, unique_by=lambda s: s.name).map(tuple),
    st.lists(st.dates(), max_size=3, unique=True).map(tuple),
)  # fmt: skip
marks = st.lists(
    st.builds(Mark, st.sampled_from(["tool_change", "lot", "x-1"]), st.booleans(), st.booleans(), st.booleans()),
    max_size=3, unique_by=lambda m: m.kind,
).map(tuple)  # fmt: skip


def feeds_of(draw, stage_id):
    delay = draw(st.none() | st.floats(0, 1e6))
    takes = draw(st.sampled_from([(), ("parameters",), ("measurements", "predictions")]))
    return (Feed(stage_id, takes, delay, 0.0 if delay is None else draw(st.floats(0.1, 1e5))),)


@st.composite
def stages(draw, stage_id, above=None):
    names = [f"{n}~{i}" for i, n in enumerate(draw(st.lists(name, max_size=4)))]
    parameters = tuple(
        Parameter(n, draw(st.sampled_from(["", "degC", "m/s"])), draw(st.none() | number), settable=draw(st.booleans()))
        for n in names
    )
    limits = sorted(draw(st.lists(number, min_size=3, max_size=3, unique=True)))
    window = draw(st.none() | windows)
    shared = draw(st.sampled_from(["", "lot", *([] if window else names)]))
    characteristic = Characteristic(
        f"y {draw(name)}", "mm", "continuous", *limits, draw(st.none() | st.just(0.1)),
        1 if shared else draw(st.integers(1, 9)), shared,
    )  # fmt: skip
    upstream = (above,) if above and draw(st.booleans()) else ()
    return Stage(
        stage_id, draw(name), stage_id, parameters, (characteristic,) if draw(st.booleans()) else (), upstream,
        feeds_of(draw, above) if upstream else (), window,
    )  # fmt: skip


@st.composite
def plants(draw):
    ids = [f"{n}/{i}" for i, n in enumerate(draw(st.lists(name, max_size=3)))]
    found = tuple(draw(stages(i, above)) for i, above in zip(ids, [None, *ids], strict=False))
    sources = tuple(
        Source(f"s {s.id}", "file_folder", s.id, zone="UTC", columns={p.name: draw(name) for p in s.parameters},
               decimal=draw(st.sampled_from([".", ","])), lateness_s=draw(st.floats(0, 1e5)),
               settings={f"x{i}": draw(setting) for i in range(2)}, parents={up: draw(name) for up in s.upstream})
        for s in found
    )  # fmt: skip
    gate = Gate(
        delta_share=draw(st.floats(0, 1)),
        min_rows=draw(st.integers(2, 50)),
        approval=draw(st.booleans()),
        shadow_nights=draw(st.integers(0, 9)),
    )
    rules = tuple(
        AlarmRule("drift", s, on_delay_s=draw(st.floats(0, 1e6)), response=tuple(draw(st.lists(name))))
        for s in ("", *ids)
        if draw(st.booleans())
    )
    calendar = draw(calendars)
    route = Route(
        draw(name), "env:QC_MAIL", lines=tuple({s.line for s in found}), shifts=tuple(s.name for s in calendar.shifts)
    )
    head = (draw(name), "Europe/Berlin", draw(st.integers(0, 23)), "23:59", 7, 3, 9)
    return Plant(*head, found, sources, gate, calendar, draw(marks), rules, (route,) if draw(st.booleans()) else (),
                 draw(st.integers(1, 23)), outlets_of(draw, found), draw(st.integers(1, 99)))  # fmt: skip


def outlets_of(draw, stages):
    told = [(s, c) for s in stages for c in s.characteristics][:1]
    return tuple(
        Outlet(draw(name), "file", s.id, c.name, low=-1.0, high=draw(st.floats(0, 1e9)), dead_value=-0.5,
               on=draw(st.booleans()), settings={"path": draw(name)})
        for s, c in told
    )  # fmt: skip


@given(plants())
@settings(max_examples=60, deadline=None)
def test_round_trip_is_exact(plant):
    again = parse(render(plant))
    assert again == plant
    assert digest(again) == digest(plant)
    assert difference(plant, again) == []


def test_control_characters_in_settings_survive():
    plant = Plant("P", stages=(Stage("a", "l", "f", (), ()),),
                  sources=(Source("s", "k", "a", settings={"x": "\t\x7f\n", "deep": {"a b": [1, 2.5]}}),))  # fmt: skip
    assert parse(render(plant)) == plant


HEAD = "[plant]\nname = 'P'\n"
STAGE = HEAD + "[stages.a]\nline = 'L'\n[stages.a.parameters.temp]\nunit = 'degC'\n[stages.a.characteristics.y]\n"
FED = HEAD + ("[stages.bb]\nline = 'L'\n[stages.bb.parameters.temp]\n"
              "[stages.a]\nline = 'L'\nupstream = ['bb']\n")  # fmt: skip
SOURCE = STAGE + "[sources.s]\nkind = 'file_folder'\nstage = 'a'\n"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[plant\n", ["line 1", "has no end"]),
        ("[plant]\n", ["has no name"]),
        ("[plants]\nname = 'x'\n", ["line 1", "'plants'", "did you mean 'plant'"]),
        (HEAD + "[alarms.drft]\npriority = 'low'\n", ["'drft'", "did you mean 'drift'"]),
        (HEAD + "[alarms.drift]\npriority = 'lo'\n", ["line 4", "'lo'", "low, medium, high"]),
        (HEAD + "[alarms.drift]\nprio = 'low'\n", ["line 4", "did you mean 'priority'"]),
        (HEAD + "[alarms.drift.stages.b]\nenabled = false\n", ["stage 'b' is not defined"]),
        (HEAD + "[routes.x]\nto = 'slack://a/b/c'\n", ["may hold a secret", "env:NAME"]),
        (HEAD + "[routes.x]\nwebhook = 'https://h/x'\nsecret = 'canary'\n", ["routes.x.secret must say where"]),
        (HEAD + "[routes.x]\nto = 'env:A'\nshifts = ['late']\n", ["there is no shift 'late'"]),
        (HEAD + "zoen = 'UTC'\n", ["line 3", "'zoen'", "did you mean 'zone'"]),
        (HEAD + "zone = 'Europa/Berlin'\n", ["'Europa/Berlin'", "IANA"]),
        (HEAD + "zone = '../../etc/passwd'\n", ["is not known", "IANA"]),
        (HEAD + "night_at = '2 am'\n", ["night_at", "'02:00'"]),
        (HEAD + "day_starts = 24\n", ["day_starts is 24", "0 to 23"]),
        (HEAD + "day_starts = '6'\n", ["line 3", 'day_starts = "6" must be a whole number']),
        (HEAD + "ingest_every_s = 0\n", ["ingest_every_s is 0"]),
        (HEAD + "[gate]\nmin_row = 3\n", ["line 4", "did you mean 'min_rows'"]),
        (HEAD + "[gate]\ndelta_share = 2\n", ["gate.delta_share is 2.0"]),
        (HEAD + "[stages.a]\nfamily = 'f'\n", ["line 3", "has no line"]),
        (HEAD + "[stages]\na = 1\n", ["stages.a must be a table"]),
        (STAGE.replace("unit = 'degC'", "low = 'cold'"), ["line 6", 'low = "cold" must be a number']),
        (STAGE.replace("unit = 'degC'", "low = nan"), ["not finite"]),
        (STAGE.replace("unit = 'degC'", "low = 5\nhigh = 1"), ["low 5.0 is not below high 1.0"]),
        (STAGE + "kind = 'colour'\n", ["kind 'colour'", "'continuous' or 'binary'"]),
        (STAGE + "[stages.a.parameters.y]\n", ["y named twice"]),
        (STAGE.replace("line = 'L'", "line = 'L'\nupstream = ['b']"), ["upstream 'b' is no stage"]),
        (STAGE.replace("line = 'L'", "line = 'L'\nupstream = [3]"), ["upstream holds 3"]),
        (STAGE + "[stages.b]\nline='L'\nupstream=['c']\n[stages.c]\nline='L'\nupstream=['b']\n", ["b, c", "circle"]),
        (STAGE + "[sources.s]\nstage = 'a'\n", ["has no kind"]),
        (SOURCE.replace("stage = 'a'", "stage = 'aa'"), ["stage 'aa' is not defined", "did you mean 'a'"]),
        (SOURCE + "unit_colum = 'x'\n", ["line 11", "'unit_colum'", "did you mean 'unit_column'"]),
        (SOURCE + "carries = 'all'\n", ["carries 'all'"]),
        (SOURCE + "decimal = ';'\n", ["decimal ';'"]),
        (SOURCE + "zone = 'Mars'\n", ["source 's': zone 'Mars'"]),
        (SOURCE + "[sources.s.columns]\ntmp = 'T'\n", ["no parameter 'tmp'", "did you mean 'temp'"]),
        (SOURCE + "[sources.s.columns]\ntemp = 5\n", ["columns holds 5"]),
        (SOURCE + "[sources.s.parents]\nb = 'heat'\n", ["parents: 'b' is no stage"]),
        (STAGE + "[stages.a.window]\nlength_s = 60\n", ["line 8", "has no step_s"]),
        (STAGE + "[stages.a.window]\nlength_s = 60\nstep_s = 0\n", ["line 8", "step_s 0", "1 or more"]),
        (FED + "[stages.a.fed_by.c]\n", ["'c'", "not further up", "known are: bb"]),
        (FED + "[stages.a.fed_by.bb]\ntakes = ['tmp']\n", ["no 'tmp' to take", "did you mean 'temp'"]),
        (FED + "[stages.a.fed_by.bb]\ndelay_s = 60\n", ["line 9", "finds nothing", "tolerance above 0"]),
        (FED + "[stages.a.fed_by.bb]\ntolerance_s = 60\n", ["tolerance_s without delay_s"]),
        (FED + "[stages.a.fed_by.bb]\ntakes = ['temp', 'temp']\n", ["takes 'temp' twice"]),
        (FED + "[stages.a.parameters.'bb.temp']\n[stages.a.fed_by.bb]\ntakes=['temp']\n", ["own and taken too"]),
        (HEAD + "[calendar.shifts.early]\nbegins = '06:00'\n", ["line 3", "has no ends"]),
        (HEAD + "[calendar.shifts.early]\nbegins = '6'\nends = '14:00'\n", ["line 3", "begins is '6'", "'06:00'"]),
        (HEAD + "[calendar.shifts.e]\nbegins='06:00'\nends='07:00'\ndays=['monday']\n", ["'monday'", "mon, tue"]),
        (HEAD + "[calendar]\nholidays = ['2026-12-25']\n", ["line 4", "dates without quotes"]),
        (HEAD + "[calendar]\nholidays = [2026-12-25, 2026-12-25]\n", ["named twice"]),
        (HEAD + "[marks.'Tool Change']\n", ["'Tool Change'", "small letters"]),
        (HEAD + "[marks.tool_change]\nlimit = true\n", ["did you mean 'limits'"]),
    ],
)
def test_mistakes_are_named(text, parts):
    with pytest.raises(PlantError) as error:
        parse(text, "my.toml")
    message = str(error.value)
    assert message.startswith("my.toml")
    for part in parts:
        assert part in message


def test_twins_in_unicode_are_one_name():
    with pytest.raises(PlantError, match="defined twice"):
        parse(HEAD + '[stages."caf\u00e9"]\nline="L"\n[stages."cafe\u0301"]\nline="L"\n')


def test_difference_names_each_change():
    old = parse(SOURCE + "path = 'in'\n")
    new = parse(
        SOURCE.replace("unit = 'degC'", "unit = 'K'").replace("'P'", "'Q'") + "path = 'out'\n[stages.z]\nline='M'\n"
    )
    assert difference(old, new) == [
        "plant: name 'P' becomes 'Q'",
        "stage 'a', parameter 'temp': unit 'degC' becomes 'K'",
        "stage 'z' is added",
        "source 's', settings: path 'in' becomes 'out'",
    ]
    assert difference(new, old)[1] == "stage 'z' is removed"


def test_lookups():
    plant = parse(SOURCE)
    assert plant.stage("a").line == "L"
    assert [s.name for s in plant.sources_of("a", "measurements")] == ["s"]
    assert plant.sources_of("a", "labels") == ()
    with pytest.raises(PlantError, match="did you mean 'a'"):
        plant.stage("aa")
