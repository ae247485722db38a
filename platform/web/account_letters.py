"""Letters about one's own account: a link to set a password, an invitation, and word that a password was changed.

They are jobs: whoever asks for a link is answered before anybody looks whether there is such a user, so that the answer
says nothing, neither by its words nor by its time. Tokens are made in the job and stand nowhere but in the letter,
which is private: what it says goes from the database once it has left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa
from markupsafe import Markup

from hanok.engine.access import Actor
from hanok.engine.accounts import resets
from hanok.engine.accounts.resets import Person
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, Refused, say
from hanok.engine.fields import in_language
from hanok.engine.jobs import SOON, GiveUp, Kind, Work, enqueue, mail, rates
from hanok.engine.records.deeds import tell
from hanok.engine.store.moments import now as now_of
from hanok.web.formats import Formats
from hanok.web.i18n import chosen_language, translate

RESET, INVITE, CHANGED = "accounts.reset", "accounts.invite", "accounts.changed"
#: Links that one user is sent within an hour, whoever asks.
MOST_LETTERS = 5
NO_ADDRESS = say("Links to set a password need the address of this site. Put it into the setting `address`, "
                 "like https://crm.example.com.")  # fmt: skip
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def address_of(settings: Mapping[str, Any]) -> str:
    """Where people find this site, without a slash at the end; "" where nobody said it. Raises Refused."""
    said = str(settings.get("address", "")).strip().rstrip("/")
    parts = urlsplit(said)
    plain = parts.scheme in ("http", "https") and parts.hostname and not (parts.username or parts.query)
    if said and not (plain and not parts.fragment and said.isprintable() and " " not in said):
        raise Refused(say("The setting address is one like https://crm.example.com, not “{value}”.", value=said))
    return said


def link_to(address: str, token: str) -> str:
    """The link of a token. It stands behind the #: browsers send that to no server, nor tell it to another page."""
    return f"{address}/reset#{token}"


def ask_reset(conn: sa.Connection, username: str, email: str) -> None:
    """Has a link sent to the user of this name, if that is her address."""
    enqueue(conn, RESET, {"username": username[:200], "email": email[:300]}, priority=SOON,
            title=say("Send a link to set a password"))  # fmt: skip


def invite(conn: sa.Connection, catalog: Catalog, user_id: UUID, actor: Actor) -> Person:
    """Has a link sent to a user because an administrator wants it. Raises Refused where none can be."""
    person = resets.person_with(conn, catalog, user_id)
    if person is None:
        raise Refused(say("This user is not active."))
    if not person.email:
        raise Refused(say("This user has no e-mail address."))
    enqueue(conn, INVITE, {"user": str(user_id), "by": actor.title if actor.id else ""}, priority=SOON,
            title=say("Send a link to set a password"))  # fmt: skip
    sent = {"address": [None, person.email]}
    tell(conn, actor, "password", "invited", about=user_id, title=person.title, changes=sent)
    return person


def tell_changed(conn: sa.Connection, user_id: UUID) -> None:
    """Has word sent that the password was changed just now."""
    payload = {"user": str(user_id), "at": now_of(conn).isoformat()}
    enqueue(conn, CHANGED, payload, priority=SOON, title=say("Tell that a password was changed"))


# -- the jobs ------------------------------------------------------------------------------------------------------
def _send_reset(work: Work) -> None:
    address = _address(work)

    def post(conn: sa.Connection, catalog: Catalog) -> None:
        person = resets.person_named(conn, catalog, str(work.payload["username"]))
        if person is not None and resets.is_address_of(person, str(work.payload["email"])):
            _post_link(conn, catalog, person, address, asked=True)

    work.finish(post)


def _send_invitation(work: Work) -> None:
    address = _address(work)

    def post(conn: sa.Connection, catalog: Catalog) -> None:
        person = resets.person_with(conn, catalog, UUID(work.payload["user"]))
        if person is not None and person.email:
            _post_link(conn, catalog, person, address, by=str(work.payload["by"]))

    work.finish(post)


def _send_word(work: Work) -> None:
    at = datetime.fromisoformat(work.payload["at"])
    address = address_of(work.surroundings.settings)

    def post(conn: sa.Connection, catalog: Catalog) -> None:
        person = resets.person_with(conn, catalog, UUID(work.payload["user"]))
        if person is not None and person.email:
            found = Words(catalog, person)
            found.post(
                conn, say("{site}: your password was changed", site=found.site),
                say("The password of the user {username} was changed: {when}. All other sessions were ended.",
                    username=person.username, when=found.moment(at)),
                say("If it was not you, ask for a new password at once and tell an administrator."),
                link=f"{address}/forgot" if address else "", button=say("Ask for a new password"),
            )  # fmt: skip

    work.finish(post)


def _post_link(
    conn: sa.Connection, catalog: Catalog, person: Person, address: str, *, asked: bool = False, by: str = ""
) -> None:
    given, _ = rates.take(conn, f"reset.user:{person.id}", most=MOST_LETTERS)
    if not given:
        return
    lifetime: timedelta = resets.LIFETIME if asked else resets.LIFETIME_OF_AN_INVITATION
    link = link_to(address, resets.open_reset(conn, person, lifetime=lifetime))
    found = Words(catalog, person)
    until = say("The link works once, until {when}.", when=found.moment(now_of(conn) + lifetime))
    if asked:
        found.post(
            conn, say("{site}: set a new password", site=found.site),
            say("Somebody asked for a new password for the user {username}.", username=person.username), until,
            say("If it was not you, do nothing: your password stays as it is."),
            link=link, button=say("Set a new password"),
        )  # fmt: skip
        return
    facts = {"username": person.username, "name": by}
    who = say("{name} invites you to set a password. Your user name is {username}.", **facts) if by else say(
        "You are invited to set a password. Your user name is {username}.", username=person.username
    )  # fmt: skip
    found.post(conn, say("{site}: your account", site=found.site), who, until, link=link, button=say("Set a password"))


def _address(work: Work) -> str:
    found = address_of(work.surroundings.settings)
    if not found:
        raise GiveUp(NO_ADDRESS)
    return found


KINDS = (
    Kind(RESET, say("Link to set a password"), _send_reset),
    Kind(INVITE, say("Invitation"), _send_invitation),
    Kind(CHANGED, say("Word of a changed password"), _send_word),
)


# -- how they are written ------------------------------------------------------------------------------------------
class Words:
    """The words of a letter to one person: her language, her clock, the name of the site."""

    def __init__(self, catalog: Catalog, person: Person) -> None:
        self.person = person
        self.language = chosen_language(catalog.app.languages, person.language)
        self.site = in_language(catalog.app.name, self.language)

    def moment(self, at: datetime) -> str:
        return f"{Formats(self.language, self.person.zone).long_datetime(at)} ({self.person.zone})"

    def post(
        self, conn: sa.Connection, subject: Message, *sentences: Message, link: str, button: Message
    ) -> None:
        """Posts the letter: a greeting, the sentences, and the link behind the first of them."""
        greeting, *rest = (
            translate(one, self.language) for one in (say("Hello {name},", name=self.person.title), *sentences)
        )
        text = "\n\n".join([greeting, rest[0], *([link] if link else []), *rest[1:], self.site]) + "\n"
        mail.post(conn, mail.Letter(
            to=[(self.person.title, self.person.email)], subject=translate(subject, self.language), text=text,
            html=self._html(greeting, rest, link, translate(button, self.language)), headers=HEADERS, private=True,
            priority=SOON, about=("user", self.person.id),
        ))  # fmt: skip

    def _html(self, greeting: str, rest: Sequence[str], link: str, button: str) -> str:
        paragraph = Markup('<p style="margin:0 0 16px">{}</p>')
        middle = (Markup(
            '<p style="margin:0 0 8px"><a href="{0}" style="display:inline-block;padding:10px 18px;border-radius:8px;'
            'background:#1f7a6c;color:#ffffff;font-weight:600;text-decoration:none">{1}</a></p>'
            '<p style="margin:0 0 20px;font-size:12px;color:#66706d;word-break:break-all">{0}</p>'
        ).format(link, button) if link else Markup(""))  # fmt: skip
        body = [paragraph.format(greeting), paragraph.format(rest[0]), middle, *map(paragraph.format, rest[1:]),
                Markup('<p style="margin:24px 0 0;font-size:12px;color:#66706d">{}</p>').format(self.site)]  # fmt: skip
        return Markup(
            '<!doctype html><html lang="{}"><meta charset="utf-8"><body style="margin:0;padding:24px;'
            'background:#ffffff;color:#1c2422;font:14px/1.6 Pretendard,-apple-system,\'Segoe UI\','
            '\'Malgun Gothic\',sans-serif;'
            'word-break:keep-all"><div style="max-width:520px">{}</div></body></html>'
        ).format(self.language, Markup("").join(body))
