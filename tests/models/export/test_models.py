"""Every learner of the catalogue as ONNX: it answers as the live one, or says why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Task, learner_names, make_learner
from models.base import Adapted
from models.bench import folders, load
from models.bench.protocols import Exam, exam, fewer, generator, split_stages, training_tasks
from models.checks import sisters, take
from models.errors import NotExportable
from models.export import Runner, export_model, in_eight_bits, translated
from models.export.parity import BOUND, checked, compare, edges
from models.learners.parts.levels import Constant
from models.learners.parts.serving import serve
from models.learners.portfolio.blend import Blend
from models.learners.warm_start.answers import Chosen
from models.learners.warm_start.recipes import RECIPES

DOUBLE_BOUND = 1e-5
CANNOT: dict[str, str] = {}
"""Learners without a translation, and why: empty while all have one."""

NETWORKS = ("bayes_head", "maml", "memory", "deep_kernel", "rl2", "prototypes", "matching")
LONG = ("portfolio", "fomaml", "anil", "meta_sgd", "imaml", "reptile")
"""All others are translated in the fast suite; the nets of `maml` differ from it in their training alone."""
BOTH = ("ridge", "pooled", "bayes_head")
"""Whose defects are translated in the fast suite too, beside their measures."""
EVERY = [
    pytest.param(name, kind, marks=[pytest.mark.slow] * (name in LONG or (kind == "binary" and name not in BOTH)))
    for name in learner_names()
    for kind in ("continuous", "binary")
    if name not in CANNOT
]


def quickly(name):
    """Return the learner; nets are translated alike after few steps of training."""
    return make_learner(name, **({"steps": 5} if hasattr(make_learner(name), "training") else {}))


@pytest.fixture(scope="module")
def trained():
    found: dict[tuple[str, str], object] = {}

    def get(name, kind):
        if (name, kind) not in found:
            found[name, kind] = quickly(name).fit(sisters(kind)[1:])
        return found[name, kind]

    return get


def alike(model: Adapted, x, t, precision="float32"):
    """Compare an export in one precision with its model, on the units and at the edges."""
    parity = checked(model, Runner(translated(model, x.shape[1], precision)), x, t)
    assert parity.holds(BOUND if precision == "float32" else DOUBLE_BOUND), parity


@pytest.mark.parametrize(("name", "kind"), EVERY)
def test_every_learner_answers_alike_in_double_precision(trained, name, kind):
    task = sisters(kind)[0]
    model = trained(name, kind).adapt(take(task, range(9)))
    x, t = np.vstack([task.unlabelled_x, task.support_x]), np.concatenate([task.unlabelled_t, task.support_t])
    alike(model, x, t, "float64")
    runner = Runner(translated(model, x.shape[1], "float64"))
    for some in (x[:0], x[:1], [[np.inf, -np.inf, np.nan, 2.5]]):
        assert compare(model.predict(some), runner.predict(some)).holds(DOUBLE_BOUND)


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_a_portfolio_of_few_members_is_exported_with_its_figures(kind):
    tasks = sisters(kind)
    members = ("pooled", "recent", "stage_mean", "defect_head")
    model = make_learner(members=members).fit(tasks[1:]).adapt(take(tasks[0], range(9)))
    assert isinstance(model, Blend)
    made = export_model(model, tasks[0].unlabelled_x, tasks[0].unlabelled_t)
    assert made.precision == "float32"
    assert made.timed
    assert made.parity.rows >= 2 * len(tasks[0].unlabelled_x)
    eight = in_eight_bits(model, made, tasks[0].unlabelled_x, tasks[0].unlabelled_t)
    assert (eight.data is not None) == eight.sentence.startswith("written")


@pytest.mark.parametrize("labels", [0, 1, 3])
@pytest.mark.parametrize("name", ["prior_mixture", "single_gp", "ridge", "pooled", "recent", *NETWORKS])
def test_few_labels(trained, name, labels):
    task = sisters()[0]
    alike(trained(name, "continuous").adapt(take(task, range(labels))), task.unlabelled_x, task.unlabelled_t)


@pytest.mark.parametrize("name", ["prior_mixture", "single_gp", "ridge", *NETWORKS])
def test_strangers_of_two_hundred_parameters_some_constant(trained, name):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(40, 200))
    x[:, 5], x[0, 7] = 3.0, np.nan
    columns = [f"p{i}" for i in range(200)]
    task = Task("wide", "weight", columns, x[:15], 1e4 + 0.01 * x[:15, 0], unlabelled_x=x[15:])
    alike(trained(name, "continuous").adapt(task), x, None)


def test_a_memory_that_was_written_label_after_label():
    tasks = sisters()
    model = make_learner("memory", reader="recurrent", steps=3).fit(tasks[1:]).adapt(take(tasks[0], range(5)))
    alike(model, tasks[0].unlabelled_x, tasks[0].unlabelled_t)


def test_a_sister_that_lacks_a_parameter_and_orders_them_otherwise(trained):
    task = sisters()[0]
    other = replace(
        take(task, range(6)), columns=("heat", "force"), support_x=task.support_x[:6, [2, 0]],
        unlabelled_x=task.unlabelled_x[:, [2, 0]],
    )  # fmt: skip
    for name in ("prior_mixture", "pooled", "bayes_head"):
        alike(trained(name, "continuous").adapt(other), other.unlabelled_x, other.unlabelled_t, "float64")


@pytest.mark.slow
def test_more_labels_than_are_used_exactly_and_double_precision_where_single_strays(trained):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(460, 4))
    for noise, precision in ((0.3, "float32"), (0.0, "float64")):
        y = x[:, 0] + noise * rng.normal(size=460)
        task = replace(sisters()[0], support_x=x, support_y=y, support_t=np.arange(460.0), unlabelled_t=None)
        made = export_model(trained("prior_mixture", "continuous").adapt(task), x[:50], np.arange(50.0))
        assert made.precision == precision


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**16),
    n=st.integers(1, 12),
    d=st.integers(1, 4),
    size=st.sampled_from([1e-9, 1.0, 1e9]),
    name=st.sampled_from(["prior_mixture", "single_gp", "ridge", "recent"]),
)
def test_small_tasks_of_any_kind(seed, n, d, size, name):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, d)) * 10.0 ** rng.integers(-3, 4, d)
    x[rng.random(x.shape) < 0.1] = np.nan
    y = size * (rng.normal() * 5 + np.nan_to_num(x[:n, 0]) + rng.normal(size=n))
    times = np.sort(rng.random(30)) * 1e6 + 1.7e9
    task = Task(
        "s", "c", [f"p{i}" for i in range(d)], x[:n], y, unlabelled_x=x[n:], support_t=times[:n],
        unlabelled_t=times[n:], limits=(0.0, None, 6 * size),
    )  # fmt: skip
    export_model(make_learner(name).adapt(task), x, times)


def test_every_recipe_of_a_warm_start(trained):
    task = take(sisters()[0], range(12))
    bench, rows = trained("warm_start", "continuous")._known.bench(task, 0)
    first = {recipe.kind: recipe for recipe in reversed(RECIPES) if bench.usable(recipe, len(rows))}
    assert len(first) == 7
    for recipe in first.values():
        model = serve(task, Chosen(bench.fit(recipe, rows), 0.3, 5.0, 1.2, 1.1), (str(recipe),))
        alike(model, task.unlabelled_x, task.unlabelled_t)


class Odd:
    """An answer that nobody translates."""

    def __call__(self, x, t):
        return Constant(1.0, 1.0, 5.0)(x, t)


@dataclass(frozen=True, slots=True)
class Off(Constant):
    """Translated as a constant, but it answers a tenth more."""

    def __call__(self, x, t):
        return Constant(1.1 * self.mean, self.scale, self.freedom)(x, t)


def test_what_has_no_translation_is_refused_by_name():
    task = sisters()[0]
    with pytest.raises(NotExportable, match=r"test_models\.Odd has no translation.*answer\.register"):
        export_model(serve(task, Odd(), ("odd",)), task.unlabelled_x, None)


def test_a_member_without_translation_is_not_left_out_in_silence():
    task = sisters()[0]
    parts = (serve(task, Constant(1.0, 1.0, 5.0), ("mean",)), serve(task, Odd(), ("odd",)))
    blend = Blend(task, parts, np.tile([0.9, 0.1], (3, 1)), np.ones(3), ("both",))
    with pytest.raises(NotExportable, match="Odd"):
        export_model(blend, task.unlabelled_x, task.unlabelled_t)


def test_a_translation_that_answers_otherwise_is_refused_with_its_figures():
    task = sisters()[0]
    with pytest.raises(
        NotExportable, match=r"does not answer as the live one.*float32: .*float64: greatest difference"
    ):
        export_model(serve(task, Off(1.0, 1.0, 5.0), ("off",)), task.unlabelled_x, None)


def test_without_a_unit_nothing_can_be_compared():
    task = sisters()[0]
    with pytest.raises(NotExportable, match="ingest some first"):
        export_model(serve(task, Constant(1.0, 1.0, 5.0), ("mean",)), task.unlabelled_x[:0], None)


def test_made_units_are_compared_too():
    x = np.array([[1.0, np.nan], [3.0, 5.0]])
    made = edges(x)
    assert np.isnan(made[0]).all()
    assert np.isnan(made[1:3]).sum() == 2
    assert (np.abs(made[3:]) > 900).all()


def test_reasons_belong_to_learners_that_there_are():
    assert set(CANNOT) <= set(learner_names())
    assert all(len(reason.split()) > 3 for reason in CANNOT.values())


@pytest.mark.realdata
@pytest.mark.slow
@pytest.mark.parametrize(("name", "k"), [("gold_primary", 10), ("turning", 10), ("metal_etch", 3)])
def test_real_stages_answer_alike(packs_dir, name, k):
    pack = load(folders(packs_dir, [name])[0])
    what = next(iter(pack.characteristics))
    learned, new = split_stages(pack, 0)
    tasks = training_tasks(pack, what, fewer(learned, 4, generator(0, pack.name, "fewer")), 0)
    drawn = exam(pack, new[0], what, protocol="random", k=k, seed=0)
    assert isinstance(drawn, Exam)
    stage = pack.stage(new[0])
    made = export_model(make_learner().fit(tasks).adapt(drawn.task), stage.x, stage.t)
    assert made.parity.deviation < 1e-4
    assert made.parity.flags == 0
