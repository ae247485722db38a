"""`hanok mail`: a site sends, looks, tries again, and takes in what came back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from hanok.app import live_of, opened, worker_of
from hanok.cli import hanok
from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.deploy import Live
from hanok.engine.jobs import mail
from hanok.engine.jobs.mail import Letter
from hanok.engine.store.job_tables import mail as table
from tests.jobs.post_office import open_office
from tests.jobs.test_mail_bounces import notice
from tests.served import new_site

Asking = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mail") / "site"
    new_site(made)
    return made


@pytest.fixture
def live(folder: Path) -> Iterator[Live]:
    """The site, without mail and without accounts that send."""
    found = live_of(opened(folder))
    with found.store.write() as conn:
        conn.execute(table.delete())
    yield found
    with found.read() as (conn, catalog):
        left = mail.accounts(conn, catalog)
    for one in left:
        found.write(lambda conn, catalog, one=one: records.delete(  # type: ignore[misc]  # bound in each round
            conn, catalog, SYSTEM, "outbound_account", one.id, version=one.version))  # fmt: skip
    found.store.dispose()


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setenv("HANOK_LANGUAGE", "en")
    here = ["--site", str(folder), "mail"]
    return lambda *words, **options: CliRunner().invoke(hanok, [*here, *map(str, words)], **options)


def an_account(live: Live, port: int) -> None:
    said = {"name": f"Main {port}", "from_address": "crm@example.org", "host": "127.0.0.1", "port": port,
            "security": "none", "username": "", "password": "s3cret"}  # fmt: skip
    live.write(lambda conn, catalog: records.create(conn, catalog, SYSTEM, "outbound_account", said))


def posted(live: Live, *, text: str = "hidden words") -> UUID:
    with live.store.write() as conn:
        return mail.post(conn, Letter(to=[("김", "kim@example.com")], subject="견적서", text=text))


def run(folder: Path, live: Live) -> None:
    worker_of(opened(folder), live, threads=1).run_until_idle()


def test_a_new_site_keeps_the_password_of_an_account(live: Live) -> None:
    an_account(live, 25)
    with live.read() as (conn, catalog):
        assert [one.password for one in mail.accounts(conn, catalog)] == ["s3cret"]


def test_mail_is_listed_and_never_what_it_says(folder: Path, live: Live, ask: Asking) -> None:
    assert "There is no such mail." in ask("list").output
    id = posted(live)
    run(folder, live)
    shown, plain = ask("list", "--state", "sent"), ask("list", "--json")
    assert str(id) in shown.output and "견적서" in shown.output and "hidden words" not in shown.output
    (one,) = json.loads(plain.output)
    assert (one["id"], one["state"], one["recipients"]) == (str(id), "sent", ["kim@example.com"])
    assert one["via"].startswith("mail/") and "hidden words" not in plain.output
    assert "hidden words" in (folder / one["via"]).read_text()
    assert ask("list", "--state", "failed").output.strip() == "There is no such mail."


def test_mail_is_cancelled_and_tried_again(live: Live, ask: Asking) -> None:
    id = posted(live)
    assert (ask("cancel", id).exit_code, ask("cancel", id).exit_code) == (0, 1)
    assert ask("retry", id).exit_code == 0
    gone = ask("retry", uuid4())
    assert gone.exit_code == 1 and "no such mail" in gone.output
    assert json.loads(ask("list", "--json").output)[0]["state"] == "waiting"


def test_an_account_is_tried(live: Live, ask: Asking) -> None:
    assert "no active outbound account" in ask("test").output
    with open_office() as office:
        an_account(live, office.port)
        assert ask("test").exit_code == 0
        sent = ask("test", "--account", f"main {office.port}", "--to", "kim@example.com")
        assert sent.exit_code == 0 and "took the letter" in sent.output
        assert len(office.taken) == 1
        assert ask("test", "--to", "nobody").exit_code == 1
        assert "did you mean" in ask("test", "--account", f"Mian {office.port}").output
    down = ask("test", "--to", "kim@example.com")
    assert down.exit_code == 1 and "Nothing listens" in down.output


def test_what_comes_back_is_piped_in(folder: Path, live: Live, ask: Asking, tmp_path: Path) -> None:
    id = posted(live)
    run(folder, live)
    with live.store.read() as conn:
        one = mail.mail_of(conn, id)
    assert "did not reach kim@example.com" in ask("bounce", "-", input=notice(one)).output
    (tmp_path / "late").write_bytes(notice(one, action="delayed"))
    assert "nothing has failed" in ask("bounce", tmp_path / "late").output
    refused = ask("bounce", "-", input=b"\xff\xfehello")
    assert refused.exit_code == 1 and "no notice" in refused.output
    assert "550 5.1.1" in ask("list", "--state", "bounced").output
