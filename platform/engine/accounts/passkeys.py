"""Passkeys: key pairs that a device keeps for this site (Web Authentication, level 2; py_webauthn does the arithmetic).

What a key signs is asked once (`challenges`). Keys are made with user verification (PIN, finger, face): one of them is
two factors in one. A key whose counter does not grow is refused: it may be a copy (level 2, 6.1.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers import structs as said
from webauthn.helpers.exceptions import WebAuthnException

from hanok.engine.access import Actor
from hanok.engine.accounts.challenges import LASTS, NEW, REFUSED, issue
from hanok.engine.accounts.factors import PASSKEY, check_room, named
from hanok.engine.errors import Denied, Refused, say
from hanok.engine.records.deeds import tell
from hanok.engine.store import new_id
from hanok.engine.store.account_tables import factor

#: A key's answer is a few kilobytes at most.
LONGEST = 16_384
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """The site as keys know it: the name of its host, its origin, and what it is called."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A key as it is stored."""

    id: UUID
    user_id: UUID
    public_key: bytes
    counter: int


def registration(
    conn: sa.Connection, site: Site, actor: Actor, *, now: datetime
) -> tuple[Json, bytes]:
    """What a browser needs to make a key for the actor, and the challenge. Raises Refused where she has too many."""
    assert actor.id is not None
    full = check_room(conn, actor.id)
    if full:
        raise Refused(full)
    asked = issue(conn, NEW, actor.id, now)
    options = webauthn.generate_registration_options(
        rp_id=site.host, rp_name=site.name, user_id=actor.id.bytes, user_name=actor.username,
        user_display_name=str(actor), challenge=asked, exclude_credentials=_descriptors(conn, actor.id),
        timeout=int(LASTS.total_seconds() * 1000),
        authenticator_selection=said.AuthenticatorSelectionCriteria(
            resident_key=said.ResidentKeyRequirement.REQUIRED, require_resident_key=True,
            user_verification=said.UserVerificationRequirement.REQUIRED,
        ),
    )  # fmt: skip
    return options_to_json_dict(options), asked


def register(
    conn: sa.Connection, site: Site, actor: Actor, answer: Json, asked: bytes, name: str, *, now: datetime
) -> str:
    """Keeps a new key of the actor; what it is called. Raises Refused for an answer that is not right."""
    assert actor.id is not None
    try:
        found = webauthn.verify_registration_response(
            credential=dict(answer), expected_challenge=asked, expected_rp_id=site.host, expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused(REFUSED) from None
    credential = bytes_to_base64url(found.credential_id)
    if conn.scalar(sa.select(factor.c.id).where(factor.c.credential == credential)):
        raise Refused(say("This passkey is there already."))
    conn.execute(factor.insert().values(
        id=new_id(now), user_id=actor.id, kind=PASSKEY, name=named(name), credential=credential,
        public_key=bytes_to_base64url(found.credential_public_key), counter=found.sign_count,
        facts={"aaguid": found.aaguid, "synced": bool(found.credential_backed_up)}, created=now, confirmed=now,
        used=None,
    ))  # fmt: skip
    tell(conn, actor, "factor", "made", about=actor.id, title=named(name), at=now)
    return named(name)


def authentication(
    conn: sa.Connection, site: Site, purpose: str, user_id: UUID | None, *, now: datetime
) -> tuple[Json, bytes]:
    """What a browser needs to have a key sign, and the challenge. Without a user any key of this site may answer."""
    asked = issue(conn, purpose, user_id, now)
    options = webauthn.generate_authentication_options(
        rp_id=site.host, challenge=asked, timeout=int(LASTS.total_seconds() * 1000),
        allow_credentials=_descriptors(conn, user_id) if user_id else [],
        user_verification=said.UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options), asked


def known_key(conn: sa.Connection, answer: Json, user_id: UUID | None = None) -> Known:
    """The key that answers. Raises Denied where this site knows none such, or it is another user's."""
    row = conn.execute(
        sa.select(factor.c.id, factor.c.user_id, factor.c.public_key, factor.c.counter)
        .where(factor.c.kind == PASSKEY, factor.c.credential == str(answer.get("id", ""))[:LONGEST].replace("\x00", ""))
    ).first()  # fmt: skip
    if row is None or user_id not in (None, row.user_id):
        raise Denied(REFUSED)
    return Known(row.id, row.user_id, base64url_to_bytes(row.public_key), row.counter)


def verify(site: Site, known: Known, answer: Json, asked: bytes, *, names_user: bool = False) -> int:
    """The counter of a key that signed the challenge. Raises Denied for anything else than its right answer.

    `names_user`: nobody else said who she is, the key has to (level 2, 7.2, step 6).
    """
    try:
        handle = answer["response"].get("userHandle")
        if (handle or names_user) and base64url_to_bytes(handle or "") != known.user_id.bytes:
            raise Denied(REFUSED)
        found = webauthn.verify_authentication_response(
            credential=dict(answer), expected_challenge=asked, expected_rp_id=site.host, expected_origin=site.origin,
            credential_public_key=known.public_key, credential_current_sign_count=known.counter,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError):
        raise Denied(REFUSED) from None
    return found.new_sign_count


def note_use(conn: sa.Connection, known: Known, counter: int, *, now: datetime) -> None:
    """Remembers that a key was used. Raises Denied where it was used side by side, or is gone."""
    same = sa.and_(factor.c.id == known.id, factor.c.counter == known.counter)
    if not conn.execute(factor.update().where(same).values(counter=counter, used=now)).rowcount:
        raise Denied(REFUSED)


def _descriptors(conn: sa.Connection, user_id: UUID) -> list[said.PublicKeyCredentialDescriptor]:
    mine = sa.select(factor.c.credential).where(factor.c.user_id == user_id, factor.c.kind == PASSKEY)
    return [said.PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in conn.scalars(mine)]
