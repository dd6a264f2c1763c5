"""Registry, folder of the plant, settings, log lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qc_app.clock import ManualClock, ScaledClock, WallClock
from qc_app.errors import SettingsError, StoreDamaged, StoreError
from qc_app.settings import Settings
from qc_app.store import Registry, open_store

FILES = {"state.safetensors": b"weights" * 100, "prior.bin": b""}


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def test_the_same_content_is_the_same_version(registry: Registry):
    key = registry.put(FILES, {"seed": 1, "columns": ["speed"]})
    assert registry.put(dict(reversed(FILES.items())), {"columns": ["speed"], "seed": 1}) == key
    assert registry.put(FILES, {"seed": 2}) != key
    assert registry.get(key) == (FILES, {"seed": 1, "columns": ["speed"]})
    assert registry.exists(key)
    assert len(registry.list()) == 2


@pytest.mark.parametrize("name", ["state.safetensors", "manifest.json"])
def test_a_changed_byte_is_damage(registry: Registry, name: str):
    key = registry.put(FILES, {"seed": 1})
    file = registry.root / key / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(StoreDamaged, match="roll back or restore"):
        registry.get(key)


def test_a_forged_manifest_cannot_bless_another_state(registry: Registry):
    key, other = registry.put(FILES, {"seed": 1}), registry.put({"state.safetensors": b"evil"}, {"seed": 1})
    for name in ("state.safetensors", "manifest.json"):
        (registry.root / key / name).write_bytes((registry.root / other / name).read_bytes())
    with pytest.raises(StoreDamaged, match="manifest"):
        registry.get(key)


def test_missing_and_impossible_ids(registry: Registry):
    for key in ("0" * 32, "../../etc", "", "a/b"):
        with pytest.raises(StoreDamaged):
            registry.get(key)
    key = registry.put(FILES, {})
    (registry.root / key / "prior.bin").unlink()
    with pytest.raises(StoreDamaged, match="cannot be read"):
        registry.get(key)


@pytest.mark.parametrize("name", ["../x", "manifest.json", "a/b", ".hidden", ""])
def test_impossible_file_names_are_refused(registry: Registry, name: str):
    with pytest.raises(StoreError, match="cannot be called"):
        registry.put({name: b""}, {})


def test_a_manifest_must_be_json(registry: Registry):
    with pytest.raises(StoreError, match="JSON"):
        registry.put(FILES, {"loss": float("nan")})
    assert registry.list() == []


def test_an_unfinished_folder_is_built_again(registry: Registry):
    key = registry.put(FILES, {})
    (registry.root / key / "manifest.json").unlink()
    assert not registry.exists(key)
    assert registry.put(FILES, {}) == key
    assert registry.get(key)[0] == FILES


def test_sweep_spares_what_is_kept_and_what_is_young(registry: Registry):
    kept, other = registry.put(FILES, {}), registry.put(FILES, {"seed": 2})
    assert registry.sweep({kept}) == []
    assert registry.sweep({kept}, grace_s=0) == [other]
    assert registry.list() == [kept]


def test_a_store_opens_where_a_plant_is(tmp_path: Path):
    home = tmp_path / "plant"
    with pytest.raises(StoreError, match="no plant"):
        open_store(Settings(home=home))
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    with open_store(Settings(home=home), create=True, clock=clock) as store:
        assert store.clock is clock
        assert store.home == home
        store.journal.plants.save("x", "d", "a", "r", clock.now())
    with open_store(Settings(home=home)) as store:
        assert store.journal.plants.current().definition == "x"
        assert isinstance(store.clock, WallClock)
    assert {p.name for p in home.iterdir()} >= {"lake", "models", "logs", "journal.sqlite"}
    assert (home.stat().st_mode & 0o027) == 0


def test_a_simulated_plant_has_its_own_time(tmp_path: Path):
    origin = datetime.now(UTC)
    text = {"origin": origin.isoformat(), "plant_origin": "2026-03-01T00:00:00+00:00", "speed": 60.0}
    (tmp_path / "clock.json").write_text(json.dumps(text))
    with open_store(Settings(home=tmp_path), create=True) as store:
        assert isinstance(store.clock, ScaledClock)
        assert store.clock.at(origin + timedelta(seconds=1)) == datetime(2026, 3, 1, 0, 1, tzinfo=UTC)
    (tmp_path / "clock.json").write_text('{"origin": 3}')
    with pytest.raises(StoreDamaged, match="is no clock"):
        open_store(Settings(home=tmp_path))


def test_settings_from_file_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert Settings.load(tmp_path).port == 8501
    (tmp_path / "settings.toml").write_text('port = 9000\nlog_level = "DEBUG"\nlake_url = "file:///data/a%20b"\n')
    loaded = Settings.load(tmp_path)
    assert (loaded.port, loaded.log_level, loaded.lake_root) == (9000, "DEBUG", Path("/data/a b"))
    monkeypatch.setenv("QC_PORT", "9100")
    assert Settings.load(tmp_path).port == 9100


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 1", "did you mean 'port'"),
        ("zzz = 1", "known: "),
        ("port = 'x'", "port"),
        ("port = 0", "port"),
        ("port = ", "cannot be read"),
        ("database_url = 'postgresql://a:canary@h/d'", "QC_DATABASE_URL"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, text: str, told: str):
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(SettingsError, match=told) as error:
        Settings.load(tmp_path)
    assert "canary" not in str(error.value)


def test_a_foreign_lake_is_refused_and_secrets_are_not_shown(tmp_path: Path):
    with pytest.raises(SettingsError, match="no local folder"):
        Settings(home=tmp_path, lake_url="s3://bucket").lake_root  # noqa: B018
    assert "canary" not in repr(Settings(home=tmp_path, database_url="postgresql://a:canary@h/d"))
