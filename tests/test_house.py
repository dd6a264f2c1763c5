"""The house's own rules that no linter knows: read off the syntax trees."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest

from qc_app.cli.entry import program

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("qc_app", "data_connectors", "models")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FORBIDDEN_MODULES = {"pickle", "dill", "cloudpickle", "shelve", "marshal", "joblib"}
TOP_LEVEL = {"pyproject.toml", "README.md", *PACKAGES, "tests", "deploy"}


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def unsafe_calls(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        call = ast.unparse(node.func)
        words = {k.arg: ast.unparse(k.value) for k in node.keywords}
        if call == "torch.load" and words.get("weights_only") != "True":
            found.append("torch.load without weights_only=True")
        if call in {"eval", "exec", "yaml.load", "joblib.load"}:
            found.append(call)
        if call.endswith("np.load") and words.get("allow_pickle") == "True":
            found.append("np.load(allow_pickle=True)")
    return found


def broad_handlers(tree: ast.AST) -> int:
    kinds = ("Exception", "BaseException")
    return sum(
        1
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) in kinds)
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules ask of one module."""

    forbidden: tuple[str, ...]
    broad: int
    silent: bool


@cache
def seen(path: Path) -> Seen:
    """Read a module once for all rules; its tree is not kept."""
    tree = ast.parse(path.read_text(encoding="utf8"))
    forbidden = (*sorted(imported(tree) & FORBIDDEN_MODULES), *unsafe_calls(tree))
    return Seen(forbidden, broad_handlers(tree), not ast.get_docstring(tree))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_loads_code_from_data(package: str) -> None:
    modules = [path for path in SOURCES if path.is_relative_to(ROOT / package)]
    assert len(modules) > 50
    assert {name_of(p): seen(p).forbidden for p in modules if seen(p).forbidden} == {}


def test_the_unsafe_call_detector_sees_what_it_should() -> None:
    bad = "torch.load(f)\ntorch.load(f, weights_only=False)\neval('1')\nnp.load(f, allow_pickle=True)"
    assert len(unsafe_calls(ast.parse(bad))) == 4
    assert unsafe_calls(ast.parse("torch.load(f, weights_only=True)")) == []


def test_broad_handlers_live_in_step_and_cli_alone() -> None:
    allowed = {ROOT / "qc_app" / "jobs" / "step.py"}
    where = [
        name_of(p)
        for p in SOURCES
        if p not in allowed and not p.is_relative_to(ROOT / "qc_app" / "cli") and seen(p).broad
    ]
    assert where == []


def circle_in(arrows: dict[str, set[str]]) -> list[str]:
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports inside a function count as well: a circle that is put off is still a circle."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    assert circle_in({module: graph.find_modules_directly_imported_by(module) for module in graph.modules}) == []


def test_the_circle_detector_sees_what_it_should() -> None:
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert set(circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}


def test_top_level_holds_what_was_agreed() -> None:
    here = {p.name for p in ROOT.iterdir() if not p.name.startswith(".") and not p.name.endswith(".egg-info")}
    assert here - {"build", "plant-home"} == TOP_LEVEL


def test_every_package_has_its_page() -> None:
    assert [p for p in PACKAGES if not (ROOT / p / "README.md").exists()] == []


def test_every_module_says_what_it_is() -> None:
    assert [name_of(p) for p in SOURCES if seen(p).silent] == []


def test_no_unfinished_work_is_marked() -> None:
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    found = [
        f"{p.relative_to(ROOT)}:{i}"
        for p in SOURCES
        for i, line in enumerate(p.read_text(encoding="utf8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_constraints_pin_every_dependency_of_the_project() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]
    wanted = project["dependencies"] + [d for e in project["optional-dependencies"].values() for d in e]
    name = re.compile(r"^[A-Za-z0-9_.-]+")
    normal = lambda text: re.sub(r"[-_.]+", "-", name.match(text)[0]).lower()  # noqa: E731
    pins = {normal(line) for line in (ROOT / "deploy" / "constraints.txt").read_text().splitlines() if "==" in line}
    missing = {normal(d) for d in wanted} - pins - {"qc-app"}
    assert missing == set()


def links(page: Path) -> list[str]:
    """Targets of a page's links and pictures that lie in the repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf8"))
    return [target for target in targets if not re.match(r"[a-z]+:|#", target)]


PAGES = [p for folder in (*PACKAGES, "tests", "deploy") for p in sorted((ROOT / folder).rglob("*.md"))]


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target.partition("#")[0]).exists()] == []


def test_the_link_detector_sees_what_it_should(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](there.md) ![b](b.png) [c](https://example.org) [d](#below) `x[1](2 3)`")
    assert links(page) == ["there.md", "b.png"]


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command a person can type, with its definition; a group that does something by itself is one, too."""
    inner = getattr(group, "commands", {})
    if path and (not inner or group.invoke_without_command):
        yield " ".join(("qc", *path)), group
    for name, command in inner.items():
        yield from commands(command, (*path, name))


COMMANDS = dict(commands(program()))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_and_a_place_in_the_pages(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert [p.name for p in command.params if p.name != "help" and not getattr(p, "help", None)] == []
    told = "\n".join((ROOT / page).read_text(encoding="utf8") for page in ("README.md", "deploy/README.md"))
    assert re.search(rf"\b{re.escape(name.removeprefix('qc '))}\b", told), f"say in a README what `{name}` is for"


def test_there_are_commands_to_look_at() -> None:
    assert {"qc up", "qc bench", "qc bench speed", "qc labels add"} <= set(COMMANDS)
