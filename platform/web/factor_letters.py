"""Letters about second factors, linked accounts and tokens: to whom they belong, whenever one came, went, or was
guessed at.

They go to the address that the user has in her record, as jobs, like every letter about an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.accounts import resets
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.jobs import SOON, Kind, Work, enqueue
from hanok.engine.store.moments import now as now_of
from hanok.web.account_letters import Words, address_of

WORD = "accounts.factor"
ADDED, REMOVED, CLEARED, CODES, RECOVERY, GUESSED = "added", "removed", "cleared", "codes", "recovery", "guessed"
LINKED, UNLINKED, TOKEN = "linked", "unlinked", "token"
#: What happened: the subject of the letter, and its first sentence.
SAID: Mapping[str, tuple[Message, Message]] = MappingProxyType({
    ADDED: (say("{site}: a second factor was added"),
            say("“{name}” was added to the account of {username}: {when}.")),
    REMOVED: (say("{site}: a second factor was removed"),
              say("“{name}” was removed from the account of {username}: {when}.")),
    CLEARED: (say("{site}: your second factors were removed"),
              say("An administrator removed all second factors of {username}: {when}. All sessions were ended.")),
    CODES: (say("{site}: new recovery codes"),
            say("New recovery codes were made for {username}: {when}. The former ones are good no more.")),
    RECOVERY: (say("{site}: a recovery code was used"),
               say("{username} logged in with a recovery code: {when}.")),
    LINKED: (say("{site}: an account was linked"),
             say("Your account at {name} gets you in as {username} from now on: {when}.")),
    UNLINKED: (say("{site}: an account was unlinked"),
               say("Your account at {name} does not get you in as {username} any more: {when}.")),
    TOKEN: (say("{site}: an API token was made"),
            say("The API token “{name}” was made for {username}: {when}. A program that has it acts for this user.")),
    GUESSED: (say("{site}: wrong codes"),
              say("Somebody who knows the password of {username} gave five wrong codes: {when}. No code is taken for a "
                  "quarter of an hour.")),
})  # fmt: skip
#: Where the letter leads.
FACTORS = ("/me/security", say("See your second factors"))
PROVIDERS = ("/me/identities", say("See your login providers"))
#: Elsewhere where it is about neither.
OTHERS = {LINKED: PROVIDERS, UNLINKED: PROVIDERS, TOKEN: ("/me/tokens", say("See your API tokens"))}
WARNING = say("If it was not you, change your password at once and tell an administrator.")


def tell_factor(conn: sa.Connection, user_id: UUID, what: str, name: str = "") -> None:
    """Has word sent of what happened just now. Raises KeyError for what is not in SAID."""
    assert SAID[what]
    payload = {"user": str(user_id), "what": what, "name": name, "at": now_of(conn).isoformat()}
    enqueue(conn, WORD, payload, priority=SOON, title=say("Tell of a second factor"))


def _send(work: Work) -> None:
    said = work.payload
    address = address_of(work.surroundings.settings)

    def post(conn: sa.Connection, catalog: Catalog) -> None:
        person = resets.person_with(conn, catalog, UUID(said["user"]))
        if person is None or not person.email:
            return
        words = Words(catalog, person)
        subject, sentence = SAID[said["what"]]
        facts = {"site": words.site, "name": said["name"], "username": person.username,
                 "when": words.moment(datetime.fromisoformat(said["at"]))}  # fmt: skip
        path, button = OTHERS.get(said["what"], FACTORS)
        words.post(
            conn, Message(subject.text, facts), Message(sentence.text, facts), WARNING,
            link=f"{address}{path}" if address else "", button=button,
        )  # fmt: skip

    work.finish(post)


KINDS = (Kind(WORD, say("Word of a second factor"), _send),)
