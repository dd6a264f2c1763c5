"""Administration: who may see it, accounts made, the trail found, verified and taken out, nothing secret shown."""

from __future__ import annotations

import pytest

from qc_app.settings import Settings
from qc_app.store import open_store
from qc_app.views import enter, settings_table
from tests.pages import made_troubles
from tests.pages.test_pages import told


@pytest.fixture
def home(tmp_path):
    return made_troubles.troubled(tmp_path / "home")


@pytest.mark.parametrize("role", ["viewer", "operator", "engineer", "approver"])
def test_below_administrator_there_is_a_sentence_and_nothing_else(homes, open_app, role):
    app = open_app("troubled", "administration", role)
    assert f"maria is {role} and may not see administration" in told(app)
    assert list(app.dataframe) == []
    assert [b.key for b in app.button if (b.key or "").startswith(("account", "audit"))] == []


def test_an_account_is_made_given_a_role_and_closed(home, open_app):
    app = open_app(home, "administration", "administrator")
    assert "Nobody has an account yet" in told(app)
    app.text_input(key="account_name").set_value("ben")
    app.selectbox(key="account_role").set_value("operator")
    app.button(key="account_add_go").click().run()
    code = app.code[0].value
    assert len(code) == 23
    assert app.dataframe(key="accounts").value["state"].to_list() == ["invited"]
    app.run()
    assert list(app.code) == []  # shown once
    with enter(home) as store:
        assert "add_user" in [a.action for a in store.journal.audit.list()]
        assert code not in str(store.journal.audit.list())


def test_the_trail_is_filtered_verified_and_exported(home, open_app):
    app = open_app(home, "administration", "administrator")
    with enter(home) as store:
        for who in ("anna", "ben"):
            store.journal.audit.write(store.clock.now(), who, "approver", "promote", "rolling-2", "better", {})
    app.text_input(key="audit_who").set_value("ben").run()
    assert app.dataframe[-1].value["author"].to_list() == ["ben"]
    app.button(key="audit_verify").click().run()
    assert "Whole: " in told(app)
    app.button(key="audit_export").click().run()
    with enter(home) as store:
        assert store.journal.audit.list(last=1)[0].action == "export_audit"
        engine = store.journal.database.engine
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER audit_no_update")
            connection.exec_driver_sql("UPDATE audit SET author = 'eve' WHERE author = 'ben'")
    app.button(key="audit_verify").click().run()
    assert "was changed after it was written" in told(app)


def test_settings_in_force_say_where_they_come_from_and_no_password(tmp_path, monkeypatch):
    (tmp_path / "settings.toml").write_text("port = 8600\n")
    with open_store(Settings(home=tmp_path), create=True) as store:
        monkeypatch.setenv("QC_DATABASE_URL", "postgresql://qc:canary-7f3a@db/qc")
        shown = settings_table(store)
    rows = {name: (value, given) for name, value, given in shown.iter_rows()}
    assert rows["port"] == ("8600", "file")
    assert rows["bind"] == ("127.0.0.1", "default")
    assert rows["database_url"] == ("postgresql://qc:***@db/qc", "environment")


def test_without_an_account_a_page_leads_to_the_sign_in_and_shows_nothing(homes, open_app, monkeypatch):
    app = open_app("troubled")
    monkeypatch.setenv("QC_SIGN_IN", "accounts")
    app.run()
    assert "Nobody is signed in here" in told(app)
    assert "Needs attention" not in told(app)
    assert list(app.dataframe) == []
