"""Charts, rules, signals, warnings, advice and studies are told in the other languages: no template is missing."""

from __future__ import annotations

import re

import numpy as np
import pytest

from models import spc
from models.spc import Observations, make_chart
from qc_app.language import LANGUAGES, is_foreign, speaking
from qc_app.subjects import SUBJECTS
from qc_app.views.spc import spc_words

OTHERS = [code for code in LANGUAGES if code != "en"]
ENGLISH = ("values", "points", "beyond", "limits", "subgroups", "process", "neighbours", "chance", "of", "stable", "at")
N = 200


def series() -> dict[str, Observations]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=N)
    x[120:150] += 3
    x[150:] -= 3
    five = [n // 5 for n in range(N)]
    out, counts = (x > 1).astype(float), np.abs(np.round(2 * x))
    parts = Observations(x, parts=["a" if n // 10 % 2 else "b" for n in range(N)])
    several = rng.normal(size=(60, 3))
    several[40:, 0] += 4
    single = dict.fromkeys(("imr", "ewma", "forecast", "cusum", "moving_average"), Observations(x))
    vectors = dict.fromkeys(("t2", "mewma", "mcusum", "pca"), Observations(several))
    shares = dict.fromkeys(("p", "np", "laney_p"), Observations(out, groups=five))
    grouped = dict.fromkeys(("xbar_r", "xbar_s"), Observations(x, groups=five))
    rates = {name: Observations(counts, sizes=np.ones(N)) for name in ("u", "laney_u")}
    return {
        **single,
        **vectors,
        **shares,
        **grouped,
        **rates,
        "c": Observations(counts),
        "nominal": parts,
        "z_mr": parts,
    }


def of_charts() -> list[str]:
    told = []
    for name, data in series().items():
        chart = make_chart(name, data, window=slice(0, 26))
        told += [*chart.warnings, chart.limits.estimator]
        told += [text for panel in chart.panels for text in (panel.kind, *(s.sentence for s in panel.signals))]
        told += [chart.contributions.what] if chart.contributions else []
    return told


def of_advice() -> list[str]:
    rng = np.random.default_rng(1)
    normal, few = rng.normal(size=200), rng.normal(size=12)
    found = [Observations(x) for x in (normal, few, np.cumsum(normal), rng.lognormal(sigma=1.0, size=200))]
    found += [Observations(normal, groups=[n // size for n in range(200)]) for size in (5, 20, 50)]
    found += [Observations(normal, parts=["a" if n // 10 % 2 else "b" for n in range(200)])]
    found += [Observations(rng.normal(size=(n, p))) for n, p in ((4, 3), (80, 3), (200, 12))]
    told = [spc.advise(one).sentence for one in found]
    groups, sizes = [n // 50 for n in range(1000)], np.full(60, 200.0)
    rare, wild = rng.binomial(1, 0.02, 1000).astype(float), rng.poisson(rng.gamma(2, 10, 60)).astype(float)
    counted = [
        Observations(rare, groups=groups),
        Observations(wild, sizes=sizes),
        Observations(wild),
        Observations([0.0]),
    ]
    return [*told, *(spc.advise(one, counted=True).sentence for one in counted)]


def of_studies() -> list[str]:
    rng = np.random.default_rng(2)
    found = []
    for values in (rng.normal(size=100), rng.normal(size=20), np.full(20, 1.0), rng.lognormal(sigma=1.0, size=200)):
        found += [spc.capability(values, -3.0, 0.0, 30.0, stable=stable) for stable in (True, False)]
    found += [
        spc.capability(rng.lognormal(size=60), 0.01, 1.0, 30.0, method=m) for m in ("percentiles", "fitted", "box-cox")
    ]
    return [text for one in found for text in (one.sentence, *one.warnings)]


@pytest.fixture(scope="module")
def made() -> list[str]:
    names = [kind.title for kind in spc.CHARTS.values()] + [rule.text for rule in spc.RULES.values()]
    return list(dict.fromkeys([*names, *SUBJECTS.values(), *of_charts(), *of_advice(), *of_studies()]))


@pytest.mark.parametrize("code", OTHERS)
def test_everything_is_told_in_the_language(made, code):
    with speaking(code):
        for text in made:
            told = spc_words(text)
            assert not is_foreign(told), f"add a template to qc_app/views/spc/words.py: {text}"
            assert not [word for word in ENGLISH if re.search(rf"\b{word}\b", told)], (text, told)


def test_english_stays_as_it_was_said(made):
    assert [spc_words(text) for text in made] == made


def test_limits_on_trial_are_told_with_their_warnings():
    warned = "limits stand on 30 points: provisional below 100, expect false alarms and misses"
    trial = f"They would be 2.4 / 2.5 / 2.6: limits stand on 30 points; no point asks for a cause. {warned}."
    with speaking("de"):
        told = spc_words(trial)
    assert told.startswith(
        "Sie wären 2,4 / 2,5 / 2,6: Grenzen beruhen auf 30 Punkten; kein Punkt verlangt eine Ursache."
    )
    assert told.endswith("vorläufig unter 100, Fehlalarme und Verpasstes möglich.")
