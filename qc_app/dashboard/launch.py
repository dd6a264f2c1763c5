"""How the dashboard is started: command line and environment, without importing Streamlit."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from qc_app.dashboard.theme import options

SERVED = Path(__file__).with_name("served.py")

#: Options given on the command line, where nothing in a home or project folder can switch them off.
SAFE = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "server.runOnSave": "false",
    "server.enableCORS": "true",
    "server.enableXsrfProtection": "true",
    "server.enableAgentApi": "false",
    "server.maxUploadSize": "2",
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": "false",
    "client.toolbarMode": "viewer",
    "client.disableDataExport": "true",
    "runner.magicEnabled": "false",
    "logger.level": "warning",
}


def launch_command(home: Path, bind: str = "127.0.0.1", port: int = 8501, hosts: Sequence[str] = ()) -> list[str]:
    """Return the command that serves the dashboard of `home`.

    Parameters
    ----------
    home : pathlib.Path
        The plant's folder; the command must run with `launch_environment`, which carries it.
    bind : str
        Address to listen on; only this machine by default.
    port : int
    hosts : sequence of str
        Names under which a browser may ask for it; empty: any.

    Examples
    --------
    >>> launch_command(Path("plant-home"), port=8600)[1:4]
    ['-m', 'streamlit', 'run']
    """
    given = {"server.address": bind, "server.port": str(port), **SAFE, **options()}
    flags = [f"--{name}={value}" for name, value in given.items()] + [f"--server.allowedHosts={h}" for h in hosts]
    return [sys.executable, "-m", "streamlit", "run", str(SERVED), *flags, "--", str(home)]


def launch_environment(home: Path, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for `launch_command`: the present one and the home; no stray Streamlit options.

    Examples
    --------
    >>> sorted(launch_environment(Path("/srv/plant"), {"STREAMLIT_SERVER_ADDRESS": "0.0.0.0", "LANG": "C"}))
    ['LANG', 'QC_HOME']
    """
    present = os.environ if environ is None else environ
    kept = {name: value for name, value in present.items() if not name.startswith("STREAMLIT_")}
    return {**kept, "QC_HOME": str(home)}
