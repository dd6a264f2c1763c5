"""Adapting to many new stages and predicting them, and single predictions."""

from __future__ import annotations

from models import bench
from qc_app.speed.measures import Progress, Size, Speed

_STAGE_MS = 30.0
_MOST_MB = 2000.0
_LINEAR = 1.2
_TIMES = 10.0
_ROW_MS = 10.0
_LOOP = 5.0
_SAME = 1e-5


def adapting(size: Size, learner: str, progress: Progress) -> tuple[Speed, Speed]:
    """Time a learner stage by stage, against CatBoost and scikit-learn's Gaussian process, one thread each.

    Parameters
    ----------
    size : Size
    learner : str
    progress : callable

    Returns
    -------
    (Speed, Speed)
        Stage by stage, `ratio` being the faster peer's processor time over the learner's; and one unit at a time.
    """
    work = bench.Size(stages=size.new_stages, peer_stages=size.peer_stages, one_row=size.one_row)
    progress(f"meta-training {learner}", 0, size.new_stages)
    found = bench.time_learner(learner, size=work, told=lambda done, total: progress("adapting", done, total))
    memory = {} if found.peak_mb is None else {"peak_mb": found.peak_mb}
    ratio = min(found.catboost_cpu_ms, found.gp_cpu_ms) / found.stage_cpu_ms
    stages = Speed(
        f"{learner}: adapt and predict {size.new_stages} stages ({work.labels} labels, {work.parameters} parameters, "
        f"{work.unlabelled:,} unlabelled, {work.queries} queries)",
        {
            "stage_ms": found.stage_ms,
            "slowest_ms": found.slowest_ms,
            "stage_cpu_ms": found.stage_cpu_ms,
            "answer_cpu_ms": found.answer_cpu_ms,
            "catboost_cpu_ms": found.catboost_cpu_ms,
            "gp_cpu_ms": found.gp_cpu_ms,
            "all_s": found.all_s,
            "meta_training_s": found.fit_s,
        }
        | memory,
        ratio,
        f"at most {_STAGE_MS:g} ms a stage, {_TIMES:g} x faster than the faster peer stage by stage, under 2 GB",
        found.stage_ms <= _STAGE_MS and ratio >= _TIMES and memory.get("peak_mb", 0.0) <= _MOST_MB,
    )
    figures = {"median_ms": found.row_ms, "p99_ms": found.row_p99_ms}
    row = Speed(
        f"{learner}: predict one unit", figures, None, f"99 % within {_ROW_MS:g} ms", found.row_p99_ms <= _ROW_MS
    )
    return stages, row


def growing(size: Size, learner: str, progress: Progress) -> Speed:
    """Time meta-training at several numbers of stages.

    Parameters
    ----------
    size : Size
    learner : str
    progress : callable

    Returns
    -------
    Speed
        `ratio`: the exponent, 1 being linear in the number of stages.
    """
    progress(f"meta-training {learner} on more and more stages", 0, sum(size.training_stages))
    found = bench.time_growth(
        learner, stages=size.training_stages, told=lambda done, total: progress("meta-training", done, total)
    )
    figures = {f"{n}_stages_s": seconds for n, seconds in zip(found.stages, found.seconds, strict=True)}
    if found.peak_mb is not None:
        figures["peak_mb"] = found.peak_mb
    return Speed(
        f"{learner}: meta-training on {', '.join(map(str, found.stages))} stages",
        figures,
        found.exponent,
        f"seconds grow with stages to the power of {_LINEAR:g} at most",
        found.exponent <= _LINEAR,
    )


def looping(size: Size, progress: Progress) -> Speed:
    """Time an outer step of second-order MAML, all tasks at once against the loop over tasks that it replaces.

    Parameters
    ----------
    size : Size
    progress : callable

    Returns
    -------
    Speed
        `ratio`: the loop's time over that of all tasks at once.
    """
    progress("an outer step of maml, both ways", 0, 1)
    found = bench.time_loop(tasks=size.tasks)
    return Speed(
        f"maml: an outer step over {found.tasks} tasks x {found.nets} nets",
        {"together_ms": found.together_ms, "loop_ms": found.loop_ms, "gradients_apart": found.apart},
        found.ratio,
        f"{_LOOP:g} x faster than task by task, gradients equal to {_SAME:g}",
        found.ratio >= _LOOP and found.apart <= _SAME,
    )
