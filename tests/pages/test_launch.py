"""How the dashboard is started: only this machine, no statistics, nothing a file could switch off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qc_app.dashboard.launch import SAFE, launch_command, launch_environment


def test_it_listens_on_this_machine_only_unless_told():
    assert "--server.address=127.0.0.1" in launch_command(Path("home"))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("browser.gatherUsageStats", "false"),
        ("client.showErrorDetails", "none"),
        ("client.toolbarMode", "viewer"),
        ("client.disableDataExport", "true"),
        ("server.enableXsrfProtection", "true"),
        ("server.enableCORS", "true"),
        ("server.enableAgentApi", "false"),
    ],
)
def test_the_safe_options_are_on_the_command_line(option, value):
    assert SAFE[option] == value
    assert f"--{option}={value}" in launch_command(Path("home"))


def test_stray_streamlit_options_do_not_reach_it():
    given = launch_environment(Path("/srv/plant"), {"STREAMLIT_CLIENT_SHOW_ERROR_DETAILS": "full", "PATH": "/bin"})
    assert given == {"PATH": "/bin", "QC_HOME": "/srv/plant"}


@pytest.mark.slow
def test_no_page_hides_a_package_of_the_same_name(tmp_path):
    """As Streamlit runs it: the script's own folder stands first on the path."""
    script = Path(__file__).resolve().parents[2] / "qc_app" / "dashboard" / "app.py"
    code = (
        "import runpy, sys; sys.path.insert(0, sys.argv[1]); runpy.run_path(sys.argv[2]);"
        "import models; print(models.__file__)"
    )
    environment = launch_environment(tmp_path) | {"PYTHONPATH": str(script.parents[2])}
    command = [sys.executable, "-c", code, str(script.parent), str(script)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith(str(Path("models") / "__init__.py")), done.stderr[-2000:]


def test_launching_imports_no_streamlit():
    code = "import sys, qc_app.dashboard.launch; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
