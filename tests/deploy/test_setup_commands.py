"""The two set-up commands say clearly what is wrong, and are quick when nothing is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what set-up reads: the scripts, the pins, the project file."""
    copy = tmp_path / "checkout"
    shutil.copytree(ROOT / "deploy", copy / "deploy")
    shutil.copy(ROOT / "pyproject.toml", copy)
    (copy / "README.md").write_text("x")
    return copy


def sh(checkout: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    full = {**os.environ, "HOME": str(checkout), **env}
    return subprocess.run(words, cwd=checkout, env=full, capture_output=True, text=True, timeout=120, check=False)


def script(checkout: Path, body: str, **env: str) -> subprocess.CompletedProcess[str]:
    head = f'set -euo pipefail; root={checkout}; . "$root/deploy/environment.sh"; '
    return sh(checkout, "bash", "-c", head + body, **env)


def test_a_wrong_python_is_named_with_the_way_out(checkout: Path) -> None:
    old = checkout / "python-old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = script(checkout, 'prepare "" 1', QC_PYTHON=str(old))
    assert done.returncode == 1
    assert "version 3.11 or 3.12 is needed" in done.stderr
    assert "QC_PYTHON=" in done.stderr


def test_too_little_disk_says_how_much_is_needed(checkout: Path) -> None:
    done = script(checkout, 'prepare "" 999999999')
    assert done.returncode == 1
    assert "Not enough disk" in done.stderr
    assert "999999999 MiB" in done.stderr


@pytest.mark.slow
def test_no_network_says_so_and_can_be_repeated(checkout: Path) -> None:
    quiet = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    done = script(checkout, 'prepare "" 1', **quiet, PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="")
    assert done.returncode == 1
    assert "package index did not answer" in done.stderr
    assert "run this command again" in done.stderr
    assert not (checkout / ".venv" / ".installed").exists()


def test_a_current_environment_is_not_installed_again(checkout: Path) -> None:
    qc = checkout / ".venv" / "bin" / "qc"
    qc.parent.mkdir(parents=True)
    qc.write_text("#!/bin/sh\n")
    qc.chmod(0o755)
    want = script(checkout, 'cat "$root/pyproject.toml" "$root/deploy/constraints.txt" | cksum | cut -d" " -f1')
    (checkout / ".venv" / ".installed[test]").write_text(want.stdout.strip())
    done = script(checkout, 'prepare "[test]" 999999999')
    assert done.returncode == 0, done.stderr
    assert "environment is current" in done.stdout


def test_changed_pins_are_noticed(checkout: Path) -> None:
    qc = checkout / ".venv" / "bin" / "qc"
    qc.parent.mkdir(parents=True)
    qc.write_text("#!/bin/sh\n")
    qc.chmod(0o755)
    (checkout / ".venv" / ".installed").write_text("0")
    done = script(checkout, 'prepare "" 999999999')
    assert "Not enough disk" in done.stderr


def test_unknown_options_of_the_test_command_are_refused(checkout: Path) -> None:
    done = sh(checkout, "deploy/test", "--everything")
    assert done.returncode == 1
    assert "--all" in done.stderr


@pytest.mark.parametrize("command", ["run", "test"])
def test_help_names_the_command(checkout: Path, command: str) -> None:
    done = sh(checkout, f"deploy/{command}", "--help")
    assert done.returncode == 0
    assert f"deploy/{command}" in done.stdout
