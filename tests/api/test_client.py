"""The client of the operating guide, run as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "deploy" / "README.md"


def test_the_client_of_the_guide_works(service, tmp_path):
    text = re.search(r"```python\n(import uuid.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert text is not None
    program = text[1]
    for guide, ours in (
        ("https://qc.example.internal", service.url),
        ("rolling-2", "p-1"),
        ("exit_temp", "temp"),
        ('"thickness"', '"width"'),
    ):
        assert guide in program
        program = program.replace(guide, ours)
    (tmp_path / "token").write_text(service.client.headers["authorization"].removeprefix("Bearer ") + "\n")
    (tmp_path / "client.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "client.py"], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said, kept = done.stdout.splitlines()
    assert said.startswith("width ")
    assert " champion " in said
    assert "'new': 1" in kept
