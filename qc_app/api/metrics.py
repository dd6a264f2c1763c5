"""The numbers of plant and service in Prometheus' text format (version 0.0.4); no name of a unit is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from qc_app.api.meter import EDGES, Counted
from qc_app.api.office import Office
from qc_app.store import Store
from qc_app.views.administration.health import backup_age
from qc_app.views.models.night import night_steps
from qc_app.views.models.readiness import last_units, readiness
from qc_app.views.moments import moment

MEDIA = "text/plain; version=0.0.4; charset=utf-8"
_RECENT = timedelta(days=3)
Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: name, type, what it means, and its samples (a suffix, labels, a value each)."""

    name: str
    kind: str
    help: str
    samples: list[Sample] = field(default_factory=list)


def exposition(office: Office) -> str:
    """Return all numbers; what the store cannot tell is left out, and `qc_ready` says so."""
    ready = readiness(office.store)
    families = [
        Family("qc_ready", "gauge", "1 if the store can be written.", [("", {}, float(not ready.reasons))]),
        Family("qc_unready", "gauge", "1 for each reason why not.", [("", {"reason": r}, 1.0) for r in ready.reasons]),
        _requests(office.meter.read()),
    ]
    if not ready.reasons or ready.last_value_at is not None:
        families += _plant(office.store, office.now())
    return "".join(f"{line}\n" for family in families for line in _lines(family))


def _requests(counted: Mapping[tuple[str, str, int], Counted]) -> Family:
    samples: list[Sample] = []
    for (route, method, status), one in sorted(counted.items()):
        labels = {"route": route, "method": method, "status": str(status)}
        total = 0
        for edge, n in zip((*map(str, EDGES), "+Inf"), one.buckets, strict=True):
            total += n
            samples.append(("_bucket", {**labels, "le": edge}, total))
        samples += [("_sum", labels, one.seconds), ("_count", labels, total)]
    return Family("qc_request_seconds", "histogram", "Seconds to answer, by route, method and status.", samples)


def _plant(store: Store, now: datetime) -> list[Family]:
    return [
        _records(store),
        _lag(store, now),
        _alarms(store),
        _backup(store),
        *_night(store, now),
        *_models(store, now),
    ]


def _records(store: Store) -> Family:
    samples: list[Sample] = [
        ("_total", {"stage": stage, "source": source, "became": became}, float(n))
        for (stage, source), counts in sorted(store.journal.books.totals().items())
        for became, n in asdict(counts).items()
    ]
    return Family("qc_records", "counter", "Records of sources by what became of them, from the books.", samples)


def _lag(store: Store, now: datetime) -> Family:
    samples: list[Sample] = [
        ("", {"stage": stage}, max((now - at).total_seconds(), 0.0))
        for stage, at in sorted(last_units(store).items())
        if at is not None
    ]
    return Family("qc_newest_unit_age_seconds", "gauge", "Age of a stage's newest unit.", samples)


def _alarms(store: Store) -> Family:
    found = Counter((a.state, a.priority) for a in store.journal.alarms.list(open_only=True))
    samples: list[Sample] = [
        ("", {"state": state, "priority": priority}, n) for (state, priority), n in sorted(found.items())
    ]
    return Family("qc_alarms", "gauge", "Open alarms by state and priority.", samples)


def _backup(store: Store) -> Family:
    age = backup_age(store)
    samples: list[Sample] = [] if age is None else [("", {}, max(age.total_seconds(), 0.0))]
    return Family("qc_backup_age_seconds", "gauge", "Since the newest backup that is whole.", samples)


def _night(store: Store, now: datetime) -> list[Family]:
    night = night_steps(store)
    steps: list[Sample] = [("", {"status": s}, getattr(night, s)) for s in ("done", "failed", "running")]
    ended: list[Sample] = [] if night.ended is None else [("", {}, max((now - night.ended).total_seconds(), 0.0))]
    return [
        Family("qc_night_steps", "gauge", "Steps of the last night by how they ended.", steps),
        Family("qc_night_age_seconds", "gauge", "Since a step of a night ended last.", ended),
    ]


def _models(store: Store, now: datetime) -> list[Family]:
    ages: list[Sample] = []
    tiers: Counter[str] = Counter()
    for one in store.journal.latest.all():
        made = moment(one.values.get("model_at"))
        tiers[str(one.values.get("tier", "none"))] += 1
        if made is not None:
            labels = {"stage": one.stage, "characteristic": one.characteristic}
            ages.append(("", labels, max((now - made).total_seconds(), 0.0)))
    answering: list[Sample] = [("", {"tier": tier}, n) for tier, n in sorted(tiers.items())]
    return [
        Family("qc_model_age_seconds", "gauge", "Age of the knowledge of the model that answers.", ages),
        Family("qc_answering", "gauge", "Characteristics by who answers.", answering),
    ]


def _lines(family: Family) -> Iterator[str]:
    yield f"# HELP {family.name} {family.help}"
    yield f"# TYPE {family.name} {family.kind}"
    for suffix, labels, value in family.samples:
        yield f"{family.name}{suffix}{_labelled(labels.items())} {value:.10g}"


def _labelled(labels: Iterable[tuple[str, str]]) -> str:
    r"""Return labels as the format wants them.

    Examples
    --------
    >>> _labelled([("stage", 'a"b')])
    '{stage="a\\"b"}'
    """
    told = [f'{name}="{_escaped(value)}"' for name, value in labels]
    return "{" + ",".join(told) + "}" if told else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
