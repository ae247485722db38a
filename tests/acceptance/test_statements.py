"""How many statements a page costs: a small table that is to get shorter, not longer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from hanok.app import create_app, live_of, opened
from tests.acceptance.conftest import House
from tests.acceptance.visitor import TOKEN
from tests.builders import Statements
from tests.served import PASSWORD

#: address -> queries beside the session's, whatever the number of rows
BASELINE = {
    "/": 13,  # of tasks, calls, meetings … what is mine; favourites, what was opened last, and the titles of that
    "/account": 2,  # how she keeps the list, by its key, and the page
    "/account?filter=all&kind=prospect": 2,
    "/account?filter=all&q=상사": 2,
    "/account?filter=all&sort=-name&columns=name,owner,parent": 2,
    "/opportunity": 3,  # nothing open: is there nothing at all?
    "/task": 3,
    "/user": 2,
    "/account/_count": 1,
    "/account/_pick?words=상사": 1,
    "/account/{account}/_sub/contacts": 2,
    "/account/{account}": 3,  # its tags, whether it has a star
    "/account/{account}/_timeline": 11,  # the record; what is next of three kinds, what happened of six, its changes
    "/account/{account}/_timeline/new/notes": 1,
    "/account/{account}/edit": 2,  # the record, its tags
    "/account/new": 0,
    "/search?words=상사": 1,
    "/login": 0,
}


class Counted:
    """The application in this process, somebody logged in to it, and the statements that its pages run."""

    def __init__(self, house: House) -> None:
        site = opened(house.folder)
        self.store = site.store
        self.client: FlaskClient = create_app(live_of(site), site.settings).test_client()
        found = TOKEN.search(self.client.get("/login").text)
        assert found
        form = {"username": "admin", "password": PASSWORD, "csrf_token": found[1]}
        assert self.client.post("/login", data=form).status_code == 303
        self.statements = Statements(self.store)

    def queries(self, path: str) -> list[str]:
        """What the page asked the database, beside whose session it is."""
        self.statements.texts.clear()
        answer = self.client.get(path)
        assert answer.status_code in (200, 302), f"{path}: {answer.status_code}"
        return [text for text in self.statements.queries if "hanok_session" not in text]

    def made(self, module: str, **values: str) -> str:
        form = self.client.get(f"/{module}/new").text
        token = form.split('name="token" value="')[1].split('"')[0]
        found = TOKEN.search(form)
        assert found
        answer = self.client.post(f"/{module}/new", data={"csrf_token": found[1], "token": token, **values})
        assert answer.status_code == 303, answer.text
        return str(answer.location).rpartition("/")[2]


@pytest.fixture(scope="session")
def counted(house: House) -> Iterator[Counted]:
    found = Counted(house)
    yield found
    found.store.dispose()


@pytest.fixture(scope="session")
def account(counted: Counted) -> str:
    """An account with enough under and beside it that a query for each row would show; it was opened once."""
    made = counted.made("account", name="셈나래상사")
    for number in range(5):
        counted.made("account", name=f"셈마루상사 {number}", parent=made)
        counted.made("contact", last_name="금", first_name=f"나루{number}", account=made)
    counted.queries(f"/account/{made}")
    return made


@pytest.mark.parametrize("path", BASELINE)
def test_a_page_costs_what_it_did(counted: Counted, account: str, path: str) -> None:
    queries = counted.queries(path.format(account=account))
    assert len(queries) == BASELINE[path], "\n\n".join(queries)


def test_a_look_writes_nothing(counted: Counted, account: str) -> None:
    for path in BASELINE:
        counted.queries(path.format(account=account))
        wrote = [text for text in counted.statements.texts if text.lstrip().upper().startswith(("INSERT", "UPDATE"))]
        assert not wrote, path
