"""What is abnormal at a stage, as pure functions of frames: quiet unless it matters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic
from qc_app.clock import plant_time
from qc_app.jobs.monitoring.alarms import Condition
from qc_app.plant import Span, limits, reading, wait_over

NEWEST_UNITS = 20
NEWEST_LABELS = 5
FEWEST_OUT = 3
ABNORMAL = 0.99
FEWEST_BEFORE = 100
CHANCE = 0.01
CHANCE_OFF = 0.005
PROMISED = 0.9
JUDGED = 30
QUIET_AT_LEAST = timedelta(days=1)
QUIET_FACTOR = 5
STALE_MODEL_NIGHTS = 30
DEFECT_LIKELY = 0.5


def outside(values: pl.Series, what: Characteristic) -> pl.Series:
    """Return which values lie beyond the specification; for a defect, which are more likely than not.

    Examples
    --------
    >>> outside(pl.Series([1.0, 3.0]), Characteristic("y", upper=2.0)).to_list()
    [False, True]
    """
    if what.kind == "binary":
        return values > DEFECT_LIKELY
    low = values < (what.lower if what.lower is not None else -np.inf)
    return low | (values > (what.upper if what.upper is not None else np.inf))


def predicted_out(predictions: pl.DataFrame, what: Characteristic) -> Condition | None:
    """At least three of the newest twenty units in the domain are predicted out of specification: level 1.

    Parameters
    ----------
    predictions : polars.DataFrame
        Newest prediction of each unit, by event time.
    what : Characteristic
    """
    newest = predictions.filter(pl.col("in_domain")).tail(NEWEST_UNITS)
    bad = newest.filter(outside(newest["mean"], what))
    if bad.is_empty():
        return None
    share = f"{bad.height} of the newest {newest.height} units {_are(bad.height)}"
    sentence = f"{share} predicted {_beyond(what)}, last {bad['unit_id'][-1]} at {_shown(bad['mean'], newest, what)}"
    return Condition("predicted_out_of_spec", what.name, "medium", sentence, bad.height / FEWEST_OUT)


def measured_out(labels: pl.DataFrame, what: Characteristic) -> Condition | None:
    """One of the newest five results is out of specification; for a defect, more of the newest twenty than usual.

    Parameters
    ----------
    labels : polars.DataFrame
        ``unit_id, t_event, value`` by event time.
    what : Characteristic
    """
    newest = labels.tail(NEWEST_UNITS if what.kind == "binary" else NEWEST_LABELS)
    bad = newest.filter(outside(newest["value"], what))
    if bad.is_empty():
        return None
    share = f"{bad.height} of the newest {newest.height} results {_are(bad.height)}"
    sentence = f"{share} {_beyond(what)}, last {bad['unit_id'][-1]}"
    if what.kind == "binary":
        earlier = labels.head(labels.height - newest.height)["value"]
        usual = usual_share(int(outside(earlier, what).sum()), len(earlier))
        if bad.height < 2 or chance_of_more(bad.height, newest.height, usual) > CHANCE:
            return None
        sentence += f"; usual is {usual:.0%}"
    else:
        sentence += f" at {_shown(bad['value'], newest, what)}"
    return Condition("measured_out_of_spec", what.name, "high", sentence)


def usual_share(defects: int, units: int) -> float:
    """Return the share of defects to expect, one defect in twenty units counted in beforehand.

    Examples
    --------
    >>> usual_share(0, 0), usual_share(9, 180)
    (0.05, 0.05)
    """
    return (defects + 1) / (units + NEWEST_UNITS)


def chance_of_more(defects: int, units: int, share: float) -> float:
    """Return the probability of at least so many defects in `units` at that share (binomial upper tail).

    Examples
    --------
    >>> round(chance_of_more(2, 20, 0.05), 3), round(chance_of_more(5, 20, 0.05), 4)
    (0.264, 0.0026)
    """
    below = sum(math.comb(units, k) * share**k * (1 - share) ** (units - k) for k in range(defects))
    return 1.0 - below


def abnormal_units(predictions: pl.DataFrame, what: Characteristic) -> Condition | None:
    """Of the newest twenty units, clearly more are abnormal than in any stretch of twenty before them: level 1.

    A unit counts when it is more abnormal than 99 of 100 normal ones. Neighbours resemble each other (a grade, a
    shift), so what many in a row mean is read off the stage's own past and not off a formula for independent units.

    Parameters
    ----------
    predictions : polars.DataFrame
        Newest prediction of each unit, by event time; the more of the past, the better the comparison.
    what : Characteristic
    """
    abnormal = (predictions["anomaly"] > ABNORMAL).cast(pl.Int64)
    newest = predictions.tail(NEWEST_UNITS)
    count = int(abnormal.tail(NEWEST_UNITS).sum())
    before = abnormal.head(max(0, len(abnormal) - NEWEST_UNITS)).rolling_sum(NEWEST_UNITS).drop_nulls()
    most = int(before.max()) if len(before) >= FEWEST_BEFORE else 0  # type: ignore[arg-type]  # of whole numbers
    if count == 0:
        return None
    last = newest.filter(pl.col("anomaly") > ABNORMAL)["unit_id"][-1]
    words = f"{count} of the newest {newest.height} units {_are(count)} unlike the units before, last {last}"
    if most:
        words += f"; never more than {most} in twenty before"
    return Condition("anomaly", what.name, "medium", words, count / (most + FEWEST_OUT))


def silent_from(t_event: pl.Series, lateness_s: float, rests: Sequence[Span] = ()) -> datetime | None:
    """Return when a stage counts as silent: after a day, and five times the longest of the last gaps.

    Parameters
    ----------
    t_event : polars.Series of datetime
        Event times of the stage's last units, sorted.
    lateness_s : float
        How late the stage's sources may be, in seconds.
    rests : sequence of Span
        The plant's holidays: nothing is due while it rests.
    """
    last = t_event.max()
    if not isinstance(last, datetime):
        return None
    longest = t_event.diff().max() if len(t_event) > 1 else None
    usual = longest if isinstance(longest, timedelta) else timedelta(0)
    wait = max(QUIET_AT_LEAST, QUIET_FACTOR * usual) + timedelta(seconds=lateness_s)
    return wait_over(last, wait, rests)


def silent(t_event: pl.Series, since: datetime | None, now: datetime, zone: str) -> Condition | None:
    """No unit came although one was due: see `silent_from`."""
    last = t_event.max()
    if since is None or now <= since or not isinstance(last, datetime):
        return None
    came, due = (plant_time(moment, zone) for moment in (last, since))
    words = f"no unit since {came}, {_days(now - last)} ago; one was due by {due}"
    return Condition("stale_source", "", "medium", words)


def overdue_from(t_known: pl.Series, window_days: int, rests: Sequence[Span] = ()) -> datetime | None:
    """Return when results count as late: after the label window, and three times the usual wait between deliveries.

    Parameters
    ----------
    t_known : polars.Series of datetime
        When the stage's labels became known.
    window_days : int
        The plant's label window.
    rests : sequence of Span
        The plant's holidays: nothing is due while it rests.
    """
    known = t_known.unique().sort()
    last = known.max()
    if not isinstance(last, datetime):
        return None
    wait = known.diff().median() if len(known) > 1 else None
    usual = wait if isinstance(wait, timedelta) else timedelta(0)
    return wait_over(last, max(timedelta(days=window_days), 3 * usual), rests)


def overdue(what: Characteristic, since: datetime | None, units: int, now: datetime) -> Condition | None:
    """Units keep coming, but no result, although one was due: see `overdue_from`."""
    if since is None or now <= since or not units:
        return None
    words = f"results of {what.name} were due by {since:%Y-%m-%d}; {units} units came since the last measured one"
    return Condition("late_labels", what.name, "low", words)


def slow_results(labels: pl.DataFrame, window_days: int, what: Characteristic, left_out: int = 0) -> Condition | None:
    """Results come, but of the newest five most came later than the label window after their unit was known here.

    Silence is not the only way to be late: a laboratory with a backlog still reports every day, about last week.

    Parameters
    ----------
    labels : polars.DataFrame
        ``t_event, t_ingest, t_known``: units with results; a unit that was read late excuses its result.
    window_days : int
        The plant's label window.
    what : Characteristic
    left_out : int
        How many of them came too late to be learned from.
    """
    waited = labels.with_columns(waited=pl.col("t_known") - pl.max_horizontal("t_event", "t_ingest"))
    newest = waited.sort("t_known", "t_event").tail(NEWEST_LABELS)
    middle = newest["waited"].median()
    if newest.height < NEWEST_LABELS or not isinstance(middle, timedelta) or middle <= timedelta(days=window_days):
        return None
    words = f"the newest {newest.height} results of {what.name} came {_days(middle)} after their units in the median"
    words += f"; {window_days} days are allowed"
    words += f", {left_out} that came later are kept and not learned from" if left_out else ""
    return Condition("late_labels", what.name, "low", words)


def gauge_overdue(what: Characteristic, due: datetime | None, now: datetime) -> Condition | None:
    """The gauge was to be studied again by now: what it reads, and what models learn from it, is less certain."""
    if due is None or now <= due:
        return None
    words = f"the gauge of {what.name} was due for its next study on {due:%Y-%m-%d}, {_days(now - due)} ago"
    return Condition("gauge_overdue", what.name, "low", words)


def model_off(tracked: pl.DataFrame, what: Characteristic) -> Condition | None:
    """Of the newest thirty results, fewer lie in the interval promised beforehand than chance explains.

    Parameters
    ----------
    tracked : polars.DataFrame
        ``value, lower, upper`` by event time: labels beside what was said before they were known.
    what : Characteristic
    """
    rows = tracked.drop_nulls(["value", "lower", "upper"]).tail(JUDGED)
    inside = int(((rows["value"] >= rows["lower"]) & (rows["value"] <= rows["upper"])).sum())
    if what.kind == "binary" or chance_of_more(rows.height - inside, rows.height, 1.0 - PROMISED) > CHANCE_OFF:
        return None
    words = f"only {inside} of the newest {rows.height} results lie in their predicted {PROMISED * 100:.0f} % interval"
    return Condition("model_off", what.name, "medium", words)


def stale_model(nights: int, new_labels: int, needed: int, what: Characteristic) -> Condition | None:
    """For a month the model was neither replaced nor confirmed although there are labels enough to renew it."""
    if nights < STALE_MODEL_NIGHTS or new_labels < needed:
        return None
    words = f"no verdict on the model for {nights} nights; {new_labels} labels came since it was adapted"
    return Condition("model_stale", what.name, "low", words)


def _beyond(what: Characteristic) -> str:
    return "nonconforming" if what.kind == "binary" else f"out of specification ({limits(what)})"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _shown(bad: pl.Series, newest: pl.DataFrame, what: Characteristic) -> str:
    """Return the last of the bad values, with the digits that the newest ones differ in."""
    return reading(float(bad[-1]), what, newest[bad.name])


def _days(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.{1 if hours < 240 else 0}f} days" if hours >= 48 else f"{hours:.1f} h"  # two days
