"""The audit trail on both databases: what an intruder may do to it, each in turn, and that it shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from qc_app.access import Actor
from qc_app.actions import export_audit
from qc_app.errors import NotAllowed
from qc_app.settings import Settings
from qc_app.store import Store, open_store
from qc_app.store.journal import Journal
from qc_app.store.journal.access.audit import AUDIT, HEAD, digest_of
from qc_app.views import AuditSieve, audit_table, audit_verdict

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ADMIN = Actor("root", "administrator", place="here")


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with open_store(Settings(home=tmp_path / "home"), create=True) as opened:
        yield opened


def fill(journal: Journal, count: int = 5) -> None:
    for k in range(count):
        told = (NOW, "anna", "engineer", "promote", f"s{k}", "better", {"k": k})
        journal.audit.write(*told, place="10.0.0.7", before="a", after="b")


def unguarded(journal: Journal) -> list[str]:
    if journal.database.sqlite:
        return ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"]
    return ["SET LOCAL session_replication_role = replica"]  # the guard sleeps, and stands for the next test


def intrude(journal: Journal, *statements: object) -> None:
    with journal.database.engine.begin() as connection:
        for statement in (*unguarded(journal), *statements):
            connection.execute(sa.text(statement) if isinstance(statement, str) else statement)


CHANGES = {name: f"UPDATE audit SET {name} = 'eve' WHERE subject = 's2'" for name in
           ("author", "role", "action", "reason", "place", "before", "after")} | {
    "at": "UPDATE audit SET at = at + 1 WHERE subject = 's2'",
    "emptied": "UPDATE audit SET place = '', before = '', after = '' WHERE subject = 's2'",
    "detail": """UPDATE audit SET detail = '{"k": 9}' WHERE subject = 's2'""",
    "removed": "DELETE FROM audit WHERE subject = 's2'",
    "first removed": "DELETE FROM audit WHERE subject = 's0'",
    "cut off": "DELETE FROM audit WHERE subject = 's4'",
    "all cut off": "DELETE FROM audit",
    "two exchanged": "UPDATE audit SET id = CASE subject WHEN 's1' THEN -1 ELSE id END",
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_an_intruder_does_shows(journal, change):
    fill(journal)
    assert journal.audit.verify() is None
    intrude(journal, CHANGES[change])
    assert journal.audit.verify() is not None


def test_a_trail_written_anew_shows_by_what_was_kept_elsewhere(journal):
    """Whoever owns the database can make all digests fit, head included; not what lies in another's hands."""
    fill(journal)
    kept = journal.audit.head()[1]
    statements, previous = [], ""
    for link in journal.audit.list():
        forged = replace(link, author="eve", previous=previous)
        previous = digest_of(forged)
        new = {"author": "eve", "previous": forged.previous, "digest": previous}
        statements.append(AUDIT.update().where(AUDIT.c.id == link.id).values(new))
    intrude(journal, *statements, HEAD.update().values(digest=previous))
    assert journal.audit.verify() is None
    assert "written anew" in str(journal.audit.verify(kept))


def test_two_writers_at_once_make_one_chain(journal):
    """Two processes' worth of connections; each write reads the head and adds to it in one transaction."""
    other = Journal(journal.database.url.render_as_string(hide_password=False))
    failed: list[Exception] = []

    def write(into: Journal, who: str) -> None:
        try:
            for k in range(25):
                into.audit.write(NOW, who, "engineer", "note", f"{who}{k}", "", {})
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=write, args=pair) for pair in ((journal, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert failed == []
    assert journal.audit.verify() is None
    assert journal.audit.head()[0] == 50


def test_no_entry_can_forge_another_by_its_text(store):
    nasty = "a\r\n2026-01-01 INFO all is well\x1b[2J\u202e"
    store.journal.audit.write(NOW, nasty, "viewer", "note", nasty, nasty, {"x": nasty}, place=nasty)
    link = store.journal.audit.list()[0]
    for text in (link.author, link.subject, link.reason, link.place):
        assert text.isprintable()
    exported = export_audit(store, ADMIN).decode()
    assert len(exported.splitlines()) == 2
    assert all(ord(sign) >= 32 for sign in exported.replace("\n", ""))
    assert store.journal.audit.verify() is None


def test_an_export_is_in_the_trail_and_holds_against_it_later(store):
    store.journal.audit.write(NOW, "anna", "viewer", "note", "s", "", {})
    export = export_audit(store, ADMIN, reason="for the auditor")
    assert [json.loads(line)["action"] for line in export.splitlines()] == ["note", "export_audit"]
    store.journal.audit.write(NOW, "anna", "viewer", "note", "s", "", {})
    assert audit_verdict(store, export=export).wrong == ""
    foreign = export.replace(json.loads(export.splitlines()[0])["digest"].encode(), b"0" * 64)
    assert "was changed or removed" in audit_verdict(store, export=foreign).wrong
    assert "no entry of an audit trail" in audit_verdict(store, export=b"{}").wrong


def test_entries_are_found_by_person_action_and_words(store):
    for who, action, subject in (("anna", "enter_labels", "s1"), ("Ben", "promote", "s2"), ("ben", "promote", "s1")):
        store.journal.audit.write(NOW, who, "approver", action, subject, "why", {})
    assert audit_table(store, AuditSieve(who="BEN"))["subject"].to_list() == ["s1", "s2"]
    assert audit_table(store, AuditSieve(action="enter labels")).height == 1
    assert audit_table(store, AuditSieve(text="S1"), last=1)["author"].to_list() == ["ben"]


def test_links_of_a_program_before_places_were_told_still_hold(tmp_path):
    """The chain of version 8: digests without place, and no head; the step to 9 keeps it whole."""
    journal = Journal(f"sqlite:///{tmp_path}/journal.sqlite")
    journal.audit.write(NOW, "anna", "viewer", "note", "s", "", {"k": 1})
    link = journal.audit.list()[0]
    import hashlib

    from qc_app.store.journal.base.columns import microseconds

    old = [microseconds(link.at), "anna", "viewer", "note", "s", "", "", {"k": 1}]
    assert link.digest == hashlib.sha256(json.dumps(old, sort_keys=True).encode()).hexdigest()
    journal.close()


def test_who_is_not_an_administrator_exports_nothing(store):
    with pytest.raises(NotAllowed):
        export_audit(store, Actor("maria", "approver"))
