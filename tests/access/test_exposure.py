"""What is open to whom by default: files, outside, secrets; and the self-assessment names tests that are there."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from qc_app.actions import export_audit
from qc_app.cli import main
from qc_app.dashboard.launch import launch_command
from qc_app.settings import Settings
from qc_app.store import open_store
from tests.access.conftest import ADMIN

ROOT = Path(__file__).resolve().parents[2]
CANARY = "canary-5d1f0c"


@pytest.fixture(autouse=True)
def umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_the_program_makes_is_for_its_account_and_group(tmp_path, capsys):
    home = tmp_path / "home"
    assert main(["apply", str(ROOT / "deploy" / "sample-plant" / "plant.toml"), "--home", str(home), "--yes"]) == 0
    open_to_all = [p for p in (home, *home.rglob("*")) if p.stat().st_mode & stat.S_IRWXO]
    assert open_to_all == []
    assert stat.S_IMODE(home.stat().st_mode) == 0o750
    capsys.readouterr()


def test_a_password_is_in_no_message_log_export_or_command_line(tmp_path, monkeypatch, capsys):
    home = tmp_path / "home"
    with open_store(Settings(home=home), create=True):
        pass
    plant = tmp_path / "plant.toml"
    plant.write_text(
        '[plant]\nname = "p"\nzone = "UTC"\n[stages.s]\nline = "l"\nfamily = "f"\n[stages.s.parameters.x]\n'
        '[sources.q]\nkind = "sql_table"\nstage = "s"\ncarries = "measurements"\n'
        f'url = "postgresql://qc:{CANARY}@127.0.0.1:9/x"\ntable = "t"\nunit_column = "u"\ntime_column = "t"\n'
        f'password = "{CANARY}"\n'
    )
    assert main(["apply", str(plant), "--home", str(home), "--yes"]) != 0
    (home / "settings.toml").write_text(f'database_url = "postgresql://qc:{CANARY}@127.0.0.1:9/qc"\n')
    assert main(["status", "--home", str(home)]) == 2
    (home / "settings.toml").unlink()
    monkeypatch.setenv("QC_DATABASE_URL", f"postgresql://qc:{CANARY}@127.0.0.1:9/qc")
    assert main(["status", "--home", str(home)]) == 1
    said = "".join(capsys.readouterr())
    assert "password" in said
    assert CANARY not in said
    assert CANARY not in " ".join(launch_command(home))
    monkeypatch.delenv("QC_DATABASE_URL")
    with open_store(Settings(home=home)) as store:
        exported = export_audit(store, ADMIN).decode()
    assert CANARY not in exported
    held = [p for p in home.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]
    assert held == []


@pytest.mark.slow
def test_drawing_pages_reaches_for_nothing_outside(tmp_path):
    """Python's own audit hook sees every connection and every name that is looked up."""
    from tests.pages import made_troubles

    home = made_troubles.troubled(tmp_path / "home")
    code = """
import sys
asked = []
def hook(event, told):
    if event == "socket.connect" and isinstance(told[1], tuple) and not told[1][0].startswith(("127.", "::1")):
        asked.append(told[1])
    if event == "socket.getaddrinfo" and told[0] not in (None, "localhost", "127.0.0.1", "::1"):
        asked.append(told[0])
sys.addaudithook(hook)
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
for page in ("overview", "stage", "alarms", "models", "administration"):
    app = AppTest.from_file(sys.argv[1], default_timeout=60)
    if page != "overview":
        app._page_hash = calc_hash(page)
    app.run()
    assert not app.exception, app.exception
sys.exit(f"reached for {asked}" if asked else 0)
"""
    given = {"QC_HOME": str(home), "QC_SIGN_IN": "open", "QC_ROLE": "administrator", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(ROOT / "qc_app" / "dashboard" / "app.py")]
    done = subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_self_assessment_names_tests_that_are_there():
    told = (ROOT / "deploy" / "SECURITY.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", told)
    assert len(named) > 20
    for path, name in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in text, f"{path} has no {name}"
