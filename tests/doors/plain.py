"""Doors that are about no records: coming in, one's own account, running the site. Each stands here with what its
address names; whoever adds one says so, or tries it as a door to records (`tests.doors.trials`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa

from hanok.engine.accounts.sessions import sessions_of
from hanok.engine.accounts.tokens import tokens_of
from hanok.engine.errors import say
from hanok.engine.jobs import enqueue
from hanok.engine.records.telling.notices import tell
from hanok.engine.store import new_id
from hanok.engine.store.account_tables import factor
from hanok.engine.store.approval_tables import approval, approver
from hanok.engine.store.automation_tables import run as run_table
from hanok.engine.store.desk_tables import notice
from hanok.engine.store.moments import now
from tests.builders import an_actor
from tests.doors.world import World

Values = Mapping[str, str]


@dataclass(frozen=True)
class Plain:
    """What the address of a door is filled with, and what its form sends; `theirs` names a thing of the owner, which
    nobody else may have."""

    at: Callable[[World], Values] | None = None
    form: Callable[[World], Values] | None = None
    theirs: Callable[[World], Values] | None = None


def of_nobody(world: World) -> Values:
    """Something that there is not."""
    return {"id": str(uuid4())}


def a_user(world: World) -> Values:
    return {"id": str(world.ids["stranger"]), "user": str(world.ids["stranger"]), "module": "user"}


def a_group(world: World) -> Values:
    return {"id": str(world.ids["other"])}


def a_job(world: World) -> Values:
    """A job of the owner that has not begun."""
    owner = an_actor(world.ids["owner"])
    with world.store.write() as conn:
        return {"id": str(enqueue(conn, "records.export", {"module": "plain"}, actor=owner))}


def a_notice(world: World) -> Values:
    """Something that the owner was told."""
    with world.store.write() as conn:
        tell(conn, [world.ids["owner"]], "changed", say("Something happened."), key=str(uuid4()))
        mine = sa.select(notice.c.id).where(notice.c.user_id == world.ids["owner"]).order_by(notice.c.id.desc())
        return {"id": str(conn.scalars(mine.limit(1)).one())}


def an_approval(world: World) -> Values:
    """Something that the owner is asked to approve."""
    id, run = new_id(), new_id()
    with world.store.write() as conn:
        moment = now(conn)
        conn.execute(run_table.insert().values(
            id=run, workflow="ask", hash="", module="plain", title="", state="waiting", trigger="manual", cause={},
            depth=0, watches=False, created_at=moment,
        ))  # fmt: skip
        conn.execute(approval.insert().values(
            id=id, run=run, key=new_id(), title="", text={"en": "May it?"}, need=1, state="open", at=moment,
        ))  # fmt: skip
        conn.execute(approver.insert().values(
            approval=id, user_id=world.ids["owner"], how="asked", state="open", comment="", at=moment
        ))  # fmt: skip
    return {"id": str(id)}


def a_token(world: World) -> Values:
    with world.store.read() as conn:
        return {"id": str(tokens_of(conn, world.ids["owner"])[0].id)}


def a_factor(world: World) -> Values:
    """An app of the owner that gives codes."""
    row = {"id": new_id(), "user_id": world.ids["owner"], "kind": "totp", "name": "App", "secret": "x", "facts": {}}
    with world.store.write() as conn:
        moment = now(conn)
        conn.execute(factor.insert().values(**row, created=moment, confirmed=None))
    return {"id": str(row["id"])}


def a_session(world: World) -> Values:
    with world.store.read() as conn:
        return {"key": sessions_of(conn, world.ids["owner"])[0].key}


def a_workflow(world: World) -> Values:
    """One that there is not."""
    return {"key": "trial"}


def a_role(world: World) -> Values:
    return {"key": "looker"}


ENTRY = (
    "entry.login", "entry.log_in", "entry.log_out", "entry.change_language", "forgotten.ask", "forgotten.send",
    "forgotten.sent", "forgotten.open_link", "forgotten.take_link", "forgotten.choose", "forgotten.change",
    "forgotten.done", "passkeys.ask_login", "passkeys.log_in", "passkeys.ask_second", "passkeys.take_second",
    "stepping.ask", "stepping.answer",
)  # fmt: skip
OWN = (
    "account.profile", "account.save_profile", "account.password", "account.change_password", "account.sessions",
    "account.end_others", "account.logins", "choices.save_look", "choices.save_theme", "choices.save_told",
    "in_place.end", "passkeys.ask_new", "passkeys.ask_proof", "passkeys.prove",
    "passkeys.register", "proving.ask", "proving.answer", "screens.home_put_away", "screens.mine_jobs",
    "screens.mine_approvals",
    "screens.notices_show", "screens.notices_count", "screens.notices_read",
    "security.begin_app", "security.make_codes", "security.show", "tokens.ask", "tokens.make", "tokens.show",
    "with_provider.link", "with_provider.mine", "with_provider.unlink",
)  # fmt: skip
ADMINISTRATION = (
    "screens.admin_addresses", "screens.admin_addresses_add", "screens.admin_jobs", "screens.admin_jobs_delete_all",
    "screens.admin_jobs_retry_all", "screens.admin_logins", "screens.admin_logins_end_all", "screens.admin_mail",
    "screens.admin_overview", "screens.admin_roles", "screens.admin_schedules", "screens.admin_tokens",
    "screens.admin_webforms", "screens.admin_webhooks",
    "screens.admin_why", "screens.admin_workers", "screens.audit_administration", "screens.audit_export_administration",
    "screens.audit_export_administration_ask", "screens.roles", "screens.workflows",
    "screens.admin_workflows", "screens.runs", "screens.runs_count", "screens.runs_export", "screens.runs_export_ask",
)  # fmt: skip
PLAIN: Mapping[str, Plain] = {
    **dict.fromkeys((*ENTRY, *OWN, *ADMINISTRATION), Plain()),
    # what belongs to somebody
    "account.end_one": Plain(form=a_session, theirs=a_session),
    "screens.mine_cancel": Plain(at=a_job, theirs=a_job),
    "screens.mine_dismiss": Plain(at=a_job, theirs=a_job),
    "screens.mine_approvals_decide": Plain(
        at=an_approval, theirs=an_approval, form=lambda world: {"say": "yes", "comment": "Fine."}
    ),
    "screens.mine_approvals_delegate": Plain(
        at=an_approval, theirs=an_approval, form=lambda world: {"to": str(world.ids["stranger"])}
    ),
    "screens.notices_open": Plain(at=a_notice, theirs=a_notice),
    "security.show_app": Plain(at=a_factor, theirs=a_factor),
    "security.confirm_app": Plain(at=a_factor, theirs=a_factor),
    "security.show_one": Plain(at=a_factor, theirs=a_factor),
    "security.rename": Plain(at=a_factor, theirs=a_factor, form=lambda world: {"name": "Mine"}),
    "security.remove": Plain(at=a_factor, theirs=a_factor),
    "tokens.revoke": Plain(at=a_token, theirs=a_token),
    # one thing of the site
    "screens.admin_account_ask": Plain(of_nobody),
    "screens.admin_account_try": Plain(of_nobody),
    "screens.admin_addresses_remove": Plain(of_nobody),
    "screens.admin_as_ask": Plain(a_user),
    "screens.admin_as_enter": Plain(a_user),
    "screens.admin_factors_remove": Plain(a_user),
    "screens.admin_group": Plain(a_group),
    "screens.admin_group_apply": Plain(a_group),
    "screens.admin_holder": Plain(a_user),
    "screens.admin_holder_give": Plain(a_user, a_role),
    "screens.admin_holder_take": Plain(a_user, a_role),
    "screens.admin_jobs_cancel": Plain(a_job),
    "screens.admin_jobs_delete": Plain(a_job),
    "screens.admin_jobs_retry": Plain(a_job),
    "screens.admin_jobs_show": Plain(a_job),
    "screens.admin_logins_end": Plain(a_user),
    "screens.admin_logins_of": Plain(a_user),
    "screens.admin_logins_send": Plain(a_user),
    "screens.admin_logins_unlink": Plain(a_user),
    "screens.workflow": Plain(a_workflow),
    "screens.workflow_active": Plain(a_workflow),
    "screens.workflow_dry": Plain(a_workflow),
    "screens.workflow_try": Plain(a_workflow),
    "screens.workflow_tried": Plain(lambda world: {**of_nobody(world), "key": "trial"}),
    "screens.admin_workflow": Plain(a_workflow),
    "screens.runs_show": Plain(of_nobody),
    "screens.run_cancel": Plain(of_nobody),
    "screens.run_again": Plain(of_nobody),
    "screens.role": Plain(a_role),
    "screens.role_give": Plain(a_role, lambda world: {"holder": f"user:{world.ids['stranger']}"}),
    "screens.role_take": Plain(a_role, lambda world: {"holder": f"user:{world.ids['stranger']}"}),
    "screens.admin_mail_cancel": Plain(of_nobody),
    "screens.admin_mail_letter": Plain(of_nobody),
    "screens.admin_mail_retry": Plain(of_nobody),
    "screens.admin_mail_show": Plain(of_nobody),
    "screens.admin_provider_ask": Plain(of_nobody),
    "screens.admin_provider_try": Plain(of_nobody),
    "screens.admin_role": Plain(a_role),
    "screens.admin_schedules_active": Plain(lambda world: {"key": "jobs.forget"}),
    "screens.admin_schedules_run": Plain(lambda world: {"key": "jobs.forget"}),
    "screens.admin_tokens_revoke": Plain(a_token),
    "screens.admin_tokens_revoke_all": Plain(a_user),
    "portal.form": Plain(lambda world: {"key": "nobody"}),
    "portal.hook": Plain(lambda world: {"key": "nobody"}),
    "portal.preflight": Plain(lambda world: {"key": "nobody"}),
    "portal.send": Plain(lambda world: {"key": "nobody"}),
    "screens.admin_webhooks_secret": Plain(lambda world: {"key": "nobody"}),
    "with_provider.back": Plain(lambda world: {"key": "nobody"}),
    "with_provider.begin": Plain(lambda world: {"key": "nobody"}),
}  # fmt: skip
