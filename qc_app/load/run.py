"""One run: a plant made, fed, hindered and checked, in a folder that is removed afterwards."""

from __future__ import annotations

import os
import platform
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from importlib.metadata import version
from pathlib import Path

from qc_app.access import Actor
from qc_app.actions import apply_plant
from qc_app.errors import SettingsError
from qc_app.load.broker import Broker, program
from qc_app.load.checking import faults_of
from qc_app.load.feeding import Feeder
from qc_app.load.making import Live, kinds, plant_of, stage_ids
from qc_app.load.measures import LoadRun, targets
from qc_app.load.phases import Phases
from qc_app.load.scheduler import Scheduler, await_listeners
from qc_app.load.serving import OpcUaServer, there
from qc_app.load.sizes import FEEDS, PROFILES, SIZES
from qc_app.plant import nearest, render
from qc_app.settings import Settings
from qc_app.store import open_store

STEADY_S = 600.0
ACTOR = Actor("bench", "administrator")
_LIBRARIES = ("polars", "deltalake", "numpy")

#: Called with what is being done and the share of it that is done.
Told = Callable[[str, float], None]


def run_load(
    name: str,
    *,
    seconds: float = STEADY_S,
    profiles: Sequence[str] = PROFILES,
    feed: str = "mixed",
    scratch: Path | None = None,
    keep: Path | None = None,
    told: Told = lambda _what, _share: None,
) -> LoadRun:
    """Put a plant under load on this machine.

    Parameters
    ----------
    name : {"tiny", "small", "medium", "large"}
    seconds : float
        Of steady running. A burst lasts a twentieth of it, an outage six times as long, restarts a fifth.
    profiles : sequence of {"steady", "burst", "outage", "restart", "night"}
    feed : {"mixed", "mqtt", "opcua", "table", "folder"}
        What feeds the stages: as the size says, or all of them one way.
    scratch : Path, optional
        Where the temporary folder is made; default: the system's. The disk under it is part of the figures.
    keep : Path, optional
        Work in this empty folder and leave everything there.
    told : callable, optional

    Returns
    -------
    LoadRun

    Raises
    ------
    SettingsError
        If a size, a profile or a feed is not known, or what feeds so is not installed.
    StoreError
        If the scheduler does not start, or the disk refuses.
    """
    for asked, known in ((name, SIZES), (feed, FEEDS), *((profile, PROFILES) for profile in profiles)):
        if asked not in known:
            raise SettingsError(f"load: no {asked!r} - {nearest(asked, known)}")
    if (feed == "mqtt" and not program()) or (feed == "opcua" and not there()):
        raise SettingsError(
            f"load: nothing here feeds by {feed} - install mosquitto and qc-app[mqtt], or qc-app[opcua]"
        )
    with nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="qc-load-", dir=scratch) as made:
        return _run(name, seconds, [p for p in PROFILES if p in profiles], Path(made), told, feed)


def _run(  # noqa: PLR0917 - what was asked for
    name: str, seconds: float, profiles: Sequence[str], folder: Path, told: Told, feed: str
) -> LoadRun:
    size, outside, home = SIZES[name], folder / "outside", folder / "home"
    outside.mkdir(parents=True)
    before = os.getloadavg()[0]
    with ExitStack() as stack:
        wanted = feed == "mqtt" or (feed == "mixed" and size.live and program())
        port = stack.enter_context(Broker(folder / "broker")).port if wanted else None
        server = stack.enter_context(OpcUaServer(stage_ids(size), size.parameters)) if feed == "opcua" else None
        plant = plant_of(size, outside, Live(port, server.url if server else ""), feed)
        store = stack.enter_context(open_store(Settings(home=home, database_url=None, lake_url=None), create=True))
        apply_plant(store, ACTOR, render(plant), "load", "the load bench")
        feeder = Feeder(size, plant, outside, port, feed, server)
        stack.callback(feeder.close)
        scheduler = Scheduler(home, folder / "scheduler.log")
        stack.callback(scheduler.kill)
        scheduler.start()
        await_listeners(store, plant)
        phases = stack.enter_context(Phases(size, plant, store, feeder, scheduler, seconds, told))
        measured = tuple(phase for profile in profiles for phase in phases.play(profile))
        told("checking every row", 1.0)
        scheduler.stop()
        faults = faults_of(store, plant, feeder.ledger)
    fed = dict(Counter(kinds(size, feed, broker=port is not None)))
    busy = {"before": before, "after": os.getloadavg()[0]}
    return LoadRun(name, size, seconds, fed, _machine(), busy, measured, faults, targets(size, measured, faults))


def _machine() -> dict[str, str]:
    about = {"python": platform.python_version(), "system": platform.platform(), "cores": str(os.cpu_count())}
    return about | {library: version(library) for library in _LIBRARIES}
