"""Where the rooms meet: the registries of field types and of jobs, the worker, and the application with its faces.

The faces are imported by the application that has them: no other command waits for Flask.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from hanok.engine.automation import exporting as runs
from hanok.engine.automation import forgetting, rehearsing
from hanok.engine.automation import running as automation
from hanok.engine.automation.events import Events
from hanok.engine.automation.packages import installed
from hanok.engine.automation.triggers import mails, sweeping
from hanok.engine.automation.triggers.keeping import keep as keep_workflows
from hanok.engine.deploy import Live, Site, finishing, load_live, open_site
from hanok.engine.deploy.keys import site_keys
from hanok.engine.deploy.settings import read_settings
from hanok.engine.fields import BUILT_IN, FieldType
from hanok.engine.fields.keys import Keys
from hanok.engine.jobs import (
    Schedule,
    Surroundings,
    Worker,
    auditing,
    bulk,
    exporting,
    following,
    handing,
    housekeeping,
    importing,
    kinds_of,
    mail,
    merging,
    outbox,
    reminding,
    telling,
)
from hanok.engine.jobs.kinds import Kinds
from hanok.engine.jobs.outbox import Subscriber
from hanok.engine.jobs.schedules import keep_schedules
from hanok.engine.jobs.worker import Ended
from hanok.engine.store.blobs import open_blobs
from hanok.engine.store.kept import kept
from hanok.settings import SETTINGS
from hanok.web import account_letters, address_letters, factor_letters, notice_letters

if TYPE_CHECKING:
    from flask import Flask

#: Who hears of what happened to records, and of what rooms tell.
SUBSCRIBERS: tuple[Subscriber, ...] = (
    *mail.SUBSCRIBERS, *following.SUBSCRIBERS, *address_letters.SUBSCRIBERS, *mails.SUBSCRIBERS,
    *notice_letters.SUBSCRIBERS,
)
SCHEDULES: tuple[Schedule, ...] = (
    *housekeeping.SCHEDULES, *telling.SCHEDULES, *auditing.SCHEDULES, *mail.SCHEDULES, *finishing.SCHEDULES,
    *reminding.SCHEDULES, *forgetting.SCHEDULES,
)  # fmt: skip


def field_types(more: Iterable[type[FieldType]] = (), *, keys: Keys | None = None) -> Mapping[str, FieldType]:
    """The frozen registry of field types by key, for a site with these keys.

    Raises ValueError when two have the same key.
    """
    found: dict[str, FieldType] = {}
    for made in (*BUILT_IN, *more):
        if made.key in found:
            raise ValueError(f"two field types are called {made.key}: {found[made.key]!r} and {made!r}")
        found[made.key] = made.of_site(keys or Keys())
    return MappingProxyType(found)


def opened(folder: Path) -> Site:
    """The site in this folder with its settings. Raises Refused when there is none."""
    keys = site_keys(folder, str(read_settings(folder, SETTINGS)["encryption_keys"]))
    return open_site(folder, field_types(keys=keys), SETTINGS)


def live_of(site: Site) -> Live:
    """The live catalog of a site. Raises Refused when its system tables do not fit this program."""
    return load_live(site.store, site.types)


def subscribers_of(live: Live) -> tuple[Subscriber, ...]:
    """Who hears of what happened, in a site with this live catalog."""
    return (*SUBSCRIBERS, Events(live).subscriber)


def job_kinds(subscribers: Sequence[Subscriber] = SUBSCRIBERS) -> Kinds:
    """The frozen registry of kinds of jobs. Raises ValueError when two have the same key."""
    return kinds_of(
        automation.KINDS, forgetting.KINDS, runs.KINDS, rehearsing.KINDS, housekeeping.KINDS, auditing.KINDS,
        bulk.KINDS,
        exporting.KINDS, following.KINDS, handing.KINDS, importing.KINDS, mail.KINDS, merging.KINDS, telling.KINDS,
        reminding.KINDS, sweeping.KINDS, mails.KINDS, finishing.KINDS, account_letters.KINDS, address_letters.KINDS,
        factor_letters.KINDS, notice_letters.KINDS, (outbox.event_kind(subscribers),),
    )  # fmt: skip


def surroundings_of(site: Site, live: Live) -> Surroundings:
    """The site as its jobs see it."""
    return Surroundings(live, site.folder, site.settings, open_blobs(str(site.settings["files"])), installed())


def worker_of(
    site: Site, live: Live, *, threads: int, told: Sequence[Callable[[Ended], None]] = ()
) -> Worker:
    """A worker of the site, not started yet; the schedules of this program, and what a deploy left, wait for it."""
    with site.store.write() as conn:
        keep_schedules(conn, SCHEDULES, zone=live.catalog.app.zone)
        keep_workflows(conn, live.catalog)
        finishing.resume(conn)
    subscribers = subscribers_of(live)
    return Worker(
        surroundings_of(site, live), job_kinds(subscribers), threads=threads, subscribers=subscribers, told=told
    )


def create_app(live: Live, settings: Mapping[str, Any]) -> Flask:
    """The WSGI application: the frame and the faces over one live catalog."""
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from hanok.api.blueprint import blueprint as api
    from hanok.portal.blueprint import blueprint as portal
    from hanok.screens.blueprint import blueprint as screens
    from hanok.web.frame import install

    app = Flask("hanok.app", static_folder=None, root_path=str(Path(__file__).parent))
    key = settings.get("secret_key") or kept(live.store, "secret_key", lambda: secrets.token_hex(32))
    install(app, live, {**settings, "secret_key": key})
    app.register_blueprint(screens(job_kinds()))
    app.register_blueprint(api())
    app.register_blueprint(portal())
    proxies = int(settings.get("proxies", 0))
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    return app
