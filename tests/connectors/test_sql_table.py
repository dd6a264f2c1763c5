"""Tables of SQLite and of a real PostgreSQL: incremental, read-only, no name becomes SQL, no secret is shown."""
# ruff: noqa: DTZ001, S106 - naive times and secrets by reference are the subject

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_connectors import conform, make_connector
from data_connectors.base import Batch
from data_connectors.checks import CHECKS
from data_connectors.errors import DefinitionError, SchemaError, SourceRefused, SourceUnavailable
from data_connectors.frames import frame_of
from data_connectors.schema import Characteristic, Parameter, Source, Stage

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
BEGIN = datetime(2024, 5, 1, 6)
EVIL = 'v"; DROP TABLE obs; --'
STAGE = Stage("rolling-2", "line-1", "rolling", (Parameter("exit_temp"), Parameter("speed")), ())
_numbers = itertools.count()


class Table:
    """A table with hostile names, to be filled by the test and read by the connector."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = f"obs % '{next(_numbers)}"
        self.engine = sa.create_engine(url)
        self.table = sa.Table(
            self.name, sa.MetaData(), sa.Column("unit", sa.Text), sa.Column("at", sa.DateTime),
            sa.Column(EVIL, sa.Float), sa.Column("speed", sa.Numeric(12, 3)), sa.Column("changed", sa.DateTime),
        )  # fmt: skip
        self.table.create(self.engine)

    def put(self, unit: str, minute: float, temp: float | None = 850.5, changed: datetime | None = None) -> None:
        at = BEGIN + timedelta(minutes=minute)
        with self.engine.begin() as connection:
            connection.execute(self.table.insert().values((unit, at, temp, 2.5, changed or at)))

    def source(self, **settings: object) -> Source:
        given = {"url": self.url, "table": self.name, "modified_column": "changed", "page_rows": 4, "allow_plain": True}
        return Source(
            "mes", "sql_table", "rolling-2", unit_column="unit", time_column="at", zone="UTC",
            columns={"exit_temp": EVIL}, settings=given | settings,
        )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Table]:
    if request.param == "sqlite":
        made = Table(f"sqlite:///{tmp_path / 'mes data.db'}")
    else:
        made = Table(request.getfixturevalue("postgres"))
    yield made
    made.table.drop(made.engine)
    made.engine.dispose()


def read(source: Source, since: str | None = None) -> list[Batch]:
    return list(make_connector(source, lambda: NOW).read(STAGE, since))


def units(batches: list[Batch]) -> list[str]:
    return [u for batch in batches for u in batch.frame["unit"]]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_conformance(table: Table, check: object) -> None:
    for minute in range(11):
        table.put(f"{minute:03d}", minute, temp=None if minute == 3 else 850.5)

    def make() -> object:
        return make_connector(table.source(), lambda: NOW)

    check(make, STAGE)  # type: ignore[operator]


def test_rows_are_conformed_and_hostile_names_are_only_names(table: Table) -> None:
    table.put("007", 0)
    (batch,) = read(table.source())
    made = conform(batch, STAGE, table.source(), NOW)
    assert made.rows.select("unit_id", "t_event", "exit_temp", "speed").rows() == [
        ("007", BEGIN.replace(tzinfo=UTC), 850.5, 2.5)
    ]
    assert sa.inspect(table.engine).has_table(table.name)


def test_a_column_that_nobody_declared_comes_along_where_it_holds_numbers(table: Table) -> None:
    table.put("007", 0)
    before = read(table.source())[-1]
    name = f'"{table.name}"'.replace("%", "%%" if table.engine.dialect.name == "postgresql" else "%")
    with table.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN force DOUBLE PRECISION")
        connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN remark TEXT")
    assert read(table.source(), before.after) == [], "an empty column makes no row another"
    table.put("008", 1)
    with table.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {name} SET force = 7.5, remark = 'ok' WHERE unit = '008'")
    (batch,) = read(table.source(), before.after)
    assert batch.frame.select("unit", "force").rows() == [("008", 7.5)]
    assert "remark" not in batch.frame.columns
    labels = Source("lab", "sql_table", "rolling-2", carries="labels", unit_column="unit", time_column="at", zone="UTC",
                    columns={"thickness": "speed"}, settings=table.source().settings)  # fmt: skip
    stage = Stage("rolling-2", "line-1", "rolling", (), (Characteristic("thickness"),))
    assert "force" not in next(iter(make_connector(labels, lambda: NOW).read(stage, None))).frame.columns


def test_columns_of_a_table_that_an_older_program_read_without_them_are_told_as_such(table: Table) -> None:
    name = f'"{table.name}"'.replace("%", "%%" if table.engine.dialect.name == "postgresql" else "%")
    with table.engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {name} ADD COLUMN spare DOUBLE PRECISION")
    table.put("u1", 0)
    (first,) = read(table.source())
    assert "spare" in first.frame.columns
    assert first.unnoticed == frozenset()
    written = json.loads(first.after)
    del written["wide"]
    table.put("u2", 5)
    (second,) = read(table.source(), json.dumps(written))
    assert "spare" in second.unnoticed
    assert not second.unnoticed & {"unit", "at", EVIL, "speed"}
    assert [b.unnoticed for b in read(table.source(), first.after)] == [frozenset()]


def test_only_new_and_corrected_rows_come_again(table: Table) -> None:
    for minute in range(6):
        table.put(f"U{minute}", minute)
    since = read(table.source())[-1].after
    assert read(table.source(), since) == []
    table.put("U2", 2, temp=860.0, changed=BEGIN + timedelta(minutes=9))
    table.put("U7", 7)
    assert sorted(units(read(table.source(), since))) == ["U2", "U7"]


def test_rows_committed_late_are_found_within_the_lag(table: Table) -> None:
    for minute in (0, 5, 10):
        table.put(f"U{minute}", minute)
    source = table.source(lag_s=120)
    since = read(source)[-1].after
    table.put("late", 8.5)
    table.put("too late", 5.5)
    assert units(read(source, since)) == ["late"]


def test_rows_without_a_stamp_and_from_the_future_hide_nothing(table: Table) -> None:
    table.put("future", 0, changed=datetime(2099, 1, 1))
    with table.engine.begin() as connection:
        connection.execute(table.table.insert().values(unit="null", at=BEGIN))
    first = read(table.source())
    assert sorted(units(first)) == ["future", "null"]
    table.put("next", 0, changed=NOW.replace(tzinfo=None) + timedelta(seconds=5))
    again = read(table.source(), first[-1].after)
    assert units(again) == ["next"]
    assert read(table.source(), again[-1].after) == []


def test_many_rows_of_one_stamp_are_all_read_once(table: Table) -> None:
    for i in range(11):
        table.put(f"U{i:02d}", 0)
    batches = read(table.source(lag_s=0))
    assert [b.frame.height for b in batches] == [4, 4, 3]
    assert read(table.source(lag_s=0), batches[-1].after) == []
    assert len(units(read(table.source(lag_s=0), batches[0].after))) == 7


def test_without_a_modified_column_the_time_column_leads(table: Table) -> None:
    table.put("A", 0)
    source = table.source(modified_column="")
    since = read(source)[-1].after
    table.put("B", 1)
    assert units(read(source, since)) == ["B"]


def test_the_session_cannot_write(table: Table) -> None:
    from data_connectors.sql_table.options import Options
    from data_connectors.sql_table.session import session

    options = Options.of(table.source())
    with pytest.raises((SourceRefused, SourceUnavailable)), session(options, "x") as connection:
        connection.execute(table.table.delete())


def test_missing_table_and_columns_name_the_nearest(table: Table) -> None:
    with pytest.raises(SchemaError, match=r"source 'mes': no table .obz .*did you mean .obs "):
        read(table.source(table=table.name.replace("obs", "obz")))
    with pytest.raises(SchemaError, match=r"column 'chanegd' missing .* - set modified_column = \"changed\""):
        read(table.source(modified_column="chanegd"))
    lost = Source(
        "mes", "sql_table", "rolling-2", unit_column="unit", time_column="at", settings=table.source().settings
    )
    with pytest.raises(
        SchemaError, match=r"column 'exit_temp' missing in table obs .* map it in \[sources.mes.columns\]"
    ):
        read(lost)


def test_a_statement_that_takes_too_long_is_unavailable(postgres: str) -> None:
    made = Table(postgres)
    made.put("A", 0)
    with made.engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE VIEW slow AS SELECT pg_sleep(5)::text, now() AS at, 'a' AS unit, 1.0 AS exit_temp, 1.0 AS speed"
            )
        )
    source = Source(
        "mes", "sql_table", "rolling-2", unit_column="unit", time_column="at",
        settings={"url": postgres, "table": "slow", "timeout_s": 0.2, "allow_plain": True},
    )  # fmt: skip
    with pytest.raises(SourceUnavailable, match="statement timeout"):
        read(source)
    with made.engine.begin() as connection:
        connection.execute(sa.text("DROP VIEW slow"))
    made.table.drop(made.engine)
    made.engine.dispose()


def bare(**settings: object) -> Source:
    return Source("mes", "sql_table", "s", settings={"url": "sqlite:////no/such.db", "table": "t", **settings})


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "postgresql+psycopg://reader:canary@localhost/db"},
        {"url": "postgresql+psycopg://reader@localhost/db?password=canary"},
        {"url": "postgresql+psycopg://reader@localhost/db", "password": "canary"},
    ],
)
def test_a_literal_password_is_refused_and_not_repeated(settings: dict[str, object]) -> None:
    with pytest.raises(DefinitionError, match="a literal password stands in the plant definition") as caught:
        make_connector(bare(**settings), lambda: NOW)
    assert "canary" not in str(caught.value)


def test_secrets_by_reference_never_show_in_messages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QC_TEST_SECRET", "canary")
    (tmp_path / "secret").write_text("canary\n")
    url = "postgresql+psycopg://reader@127.0.0.1:1/db"
    for reference in ("env:QC_TEST_SECRET", f"file:{tmp_path / 'secret'}"):
        with pytest.raises(SourceUnavailable) as caught:
            read(bare(url=url, password=reference, timeout_s=2))
        assert "canary" not in str(caught.value)
    monkeypatch.setenv("QC_TEST_URL", url.replace("reader", "reader:canary"))
    with pytest.raises(SourceUnavailable) as caught:
        read(bare(url="env:QC_TEST_URL", timeout_s=2))
    assert "canary" not in str(caught.value)
    with pytest.raises(SourceRefused, match="environment variable QC_NOT_THERE is not set"):
        read(bare(url=url, password="env:QC_NOT_THERE"))
    with pytest.raises(SourceRefused, match="cannot be read"):
        read(bare(url=url, password="file:/no/such/file"))


def test_what_cannot_be_reached_or_driven() -> None:
    with pytest.raises(SourceUnavailable, match=r"SQLite file /no/such\.db is not there"):
        read(bare())
    with pytest.raises(SourceRefused, match="no driver for nosuchdb"):
        read(bare(url="nosuchdb://h/d"))
    with pytest.raises(DefinitionError, match="sql_table has no setting 'tabel' - did you mean 'table'"):
        make_connector(bare(tabel="t"), lambda: NOW)
    (probe,) = make_connector(bare(), lambda: NOW).check()
    assert not probe.ok


def test_mixed_columns_become_text() -> None:
    frame = frame_of(["a", "b", "c"], [(1, 2**70, b"\xff"), ("x", None, None)], ".")
    assert frame.rows() == [("1", str(2**70), "ff"), ("x", None, None)]
    assert frame_of(["a"], [], ".").columns == ["a"]


def test_a_foreign_checkpoint_is_refused(table: Table) -> None:
    with pytest.raises(SourceRefused, match="is none of a growing source"):
        read(table.source(), '{"files": {}}')
