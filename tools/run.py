"""`make run`: sets up what is missing and serves a CRM with demo data on SQLite."""

from __future__ import annotations

import os
import shutil

import environment
import schemas
import vendor
from steps import ROOT, Steps, main, run, tell

SITE = ROOT / "site"
RECORDS = os.environ.get("DEMO") or "500"
PORT = os.environ.get("PORT") or "8000"


def work() -> None:
    steps = Steps(4)
    with steps("Python libraries (.venv)"):
        environment.ensure()
        schemas.ensure()
    with steps("Browser libraries (platform/web/static/vendor)"):
        vendor.ensure()
    with steps(f"Site with demo data ({SITE.relative_to(ROOT)}/)"):
        make_site()
    with steps(f"Serving at http://localhost:{PORT}"):
        serve()


def make_site() -> None:
    """A site is made aside and renamed, so that an interrupted run leaves no half site."""
    if SITE.exists():
        tell("      keeping the site that is there")
        return
    fresh = SITE.with_name("site.new")
    shutil.rmtree(fresh, ignore_errors=True)
    run([environment.HANOK, "--site", fresh.name, "init", "--demo", RECORDS], env=environment.clean_environment())
    fresh.rename(SITE)


def serve() -> None:
    os.chdir(ROOT)
    words = [str(environment.HANOK), "--site", SITE.name, "serve", "--port", PORT]
    os.execve(words[0], words, environment.clean_environment())  # noqa: S606 - signals go to the server itself


if __name__ == "__main__":
    main(work)
