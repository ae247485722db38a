"""The bare handler: what somebody writes by hand for this one list, with the same framework and the same rows.

One Flask route, one SQLAlchemy statement, one small template; no sessions, no access, no languages, no frame.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask

from hanok.cli.bench.house import House

PAGE = """<!doctype html><title>Deals</title><table>
{% for row in rows %}<tr><td><a href="/bench_deal/{{ row.id }}">{{ row.name }}</a></td><td>{{ row.account or "" }}</td>\
<td>{{ row.stage }}</td><td>{{ row.amount }}</td><td>{{ row.close_date }}</td><td>{{ row.owner or "" }}</td></tr>
{% endfor %}</table>"""


def statement(house: House) -> sa.Select[Any]:
    """The first 26 won deals by amount, the largest first (the 26th says that there is a next page)."""
    modules, deal = house.live.catalog.modules, house.module.table
    account, user = modules["account"].table.alias(), modules["user"].table.alias()
    return (
        sa.select(
            deal.c.id, deal.c.name, account.c.title.label("account"), deal.c.stage, deal.c.amount, deal.c.close_date,
            user.c.title.label("owner"),
        )
        .outerjoin_from(deal, account, sa.and_(account.c.id == deal.c.account, account.c.deleted_at.is_(None)))
        .outerjoin(user, sa.and_(user.c.id == deal.c.owner, user.c.deleted_at.is_(None)))
        .where(deal.c.stage == "won", deal.c.deleted_at.is_(None))
        .order_by(deal.c["amount$base"].desc().nulls_last(), deal.c.id.desc())
        .limit(26)
    )  # fmt: skip


def handler(house: House) -> Flask:
    app, asked, store = Flask("bare"), statement(house), house.live.store
    page = app.jinja_env.from_string(PAGE)

    @app.get("/bench_deal")
    def deals() -> str:
        with store.read() as conn:
            rows = conn.execute(asked).all()
        return page.render(rows=rows[:25])

    return app
