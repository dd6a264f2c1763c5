"""The program that Streamlit serves: the pages of `app.py` behind the door."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

# Streamlit puts this folder first on the path, where the page models.py would hide the package models.
sys.path[:] = [place for place in sys.path if Path(place).absolute() != Path(__file__).absolute().parent]

from altair.utils import schemapi
from starlette.middleware import Middleware
from streamlit.starlette import App

import qc_app.dashboard.pages  # noqa: F401 - what all pages stand on is here before the first person comes
from qc_app.dashboard.door.gate import Gate
from qc_app.dashboard.door.keeper import Keeper
from qc_app.dashboard.door.provider import secrets
from qc_app.dashboard.door.routes import routes

#: What a chart may be is asked by its tests; asked again at every drawing it took a fourth of the chart's time.
schemapi.DEBUG_MODE = False

# Streamlit collects garbage after every run of a page. What was imported until now is set aside: walking through it
# each time took twice as long as drawing.
gc.collect()
gc.freeze()

_KEEPER = Keeper(Path(os.environ.get("QC_HOME", "plant-home")))

#: Streamlit finds it by its name and its class.
app = App(
    Path(__file__).with_name("app.py"),
    secrets=secrets(_KEEPER.settings),
    routes=routes(_KEEPER),
    middleware=[Middleware(Gate, keeper=_KEEPER)],
)
