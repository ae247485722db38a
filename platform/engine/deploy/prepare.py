"""Prepare: what a plan builds before anybody sees it. Every part of it may be repeated."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Names
from hanok.engine.deploy.conversion import BATCH, Batch, Conversion, Fault, examples
from hanok.engine.deploy.ddl import drop_index
from hanok.engine.deploy.keeping import CLOCKS
from hanok.engine.deploy.physical import Present
from hanok.engine.deploy.plan import PREPARE, Plan, Step
from hanok.engine.deploy.progress import Progress
from hanok.engine.deploy.retyping import conversion_of
from hanok.engine.deploy.revisions import PREPARED, next_number, row_of
from hanok.engine.deploy.waiting import change_tables, limit_waiting
from hanok.engine.errors import Refused, say
from hanok.engine.store import Store, held_revision
from hanok.engine.store.live import hold_alone
from hanok.engine.store.tables import revision


class Preparation:
    """The conversions of a plan and its unique indexes over columns that are there already."""

    def __init__(self, store: Store, plan: Plan, accept: Collection[str], progress: Progress) -> None:
        self.store = store
        self.plan = plan
        self.accept = accept
        self.progress = progress
        self.started = datetime.now(UTC) - CLOCKS  # what was saved just before is converted again in the switch
        self.converting = [step for step in plan.of(PREPARE) if step.kind == "convert"]
        with store.read() as conn:
            self.conversions = {step.key: conversion_of(conn, plan, step) for step in self.converting}

    def run(self) -> None:
        """Raises Refused where values are refused by their new type, or occur twice and shall not."""
        if self.conversions:
            change_tables(self._reserve_names)
        for step in self.plan.of(PREPARE):
            self.progress(PREPARE, step.sentence, 0, step.rows)
            if step.kind == "convert":
                change_tables(partial(self._add_columns, step))
                self._fill(step)
            else:
                change_tables(partial(self._build_unique, step))

    def check_names(self, conn: sa.Connection) -> None:
        """Raises Refused when a purge dropped meanwhile what was prepared."""
        same = sa.and_(revision.c.state == PREPARED, revision.c.checksum == self.plan.checksum)
        if self.conversions and conn.execute(sa.select(revision.c.id).where(same)).first() is None:
            raise Refused(say("What was prepared has been purged meanwhile. Look at the plan again."))

    def catch_up(self, conn: sa.Connection) -> None:
        """Converts again what was saved since the beginning; for the switch, when nobody else writes."""
        for step in self.converting:
            self._check(step, self.conversions[step.key].all(conn, since=self.started))

    def _reserve_names(self) -> None:
        """Writes down the names of the columns made here, so that no other plan takes them for another type."""
        kept = Names(columns={key: self.plan.new.names.columns[key] for key in self.conversions})
        same = sa.and_(revision.c.state == PREPARED, revision.c.checksum == self.plan.checksum)
        with self.store.write() as conn:
            self.plan.check_base(held_revision(conn))
            conn.execute(revision.delete().where(same))
            row = row_of(self.plan, next_number(conn), state=PREPARED)
            conn.execute(revision.insert().values(**row | {"layers": [], "names": kept.to_json()}))

    def _add_columns(self, step: Step) -> None:
        with self.store.write() as conn:
            limit_waiting(conn)
            self.plan.check_base(hold_alone(conn))
            present = Present.of(conn)
            for statement in step.statements:
                if not present.has(statement.column):  # type: ignore[attr-defined]  # these are AddColumn
                    conn.execute(statement)

    def _fill(self, step: Step) -> None:
        conversion, after, done = self.conversions[step.key], None, 0
        faults: list[Fault] = []
        while True:
            found = change_tables(partial(self._convert, conversion, after))
            faults += found.faults
            after, done = found.after, done + BATCH
            if after is None:
                break
            self.progress(PREPARE, step.sentence, min(done, step.rows), step.rows)
        self._check(step, faults)

    def _convert(self, conversion: Conversion, after: UUID | None) -> Batch:
        """The next batch, while what the plan was made for is live."""
        with self.store.write() as conn:
            self.plan.check_base(held_revision(conn))
            self.check_names(conn)
            return conversion.batch(conn, after)

    def _check(self, step: Step, faults: list[Fault]) -> None:
        if not faults or step.key in self.accept:
            return
        message = say(
            "Values of “{field}” that cannot be carried over: {count}, such as {examples}. "
            "Correct them, or accept the loss.",
            count=len(faults), field=step.key, examples=", ".join(examples(faults)),
        )  # fmt: skip
        raise Refused(message)

    def _build_unique(self, step: Step) -> None:
        """On PostgreSQL an attempt that was cut off leaves an invalid index behind, which is built anew."""
        name, table = step.facts["name"], step.facts["table"]
        with self.store.apart() as conn:
            try:
                if name in Present.of(conn).broken:
                    conn.execute(drop_index(name, table, beside_traffic=True))
                for statement in step.statements:
                    conn.execute(statement)
            except sa.exc.IntegrityError:
                if name in Present.of(conn).broken:  # it would go on to refuse equal values
                    conn.execute(drop_index(name, table, beside_traffic=True))
                said = say("{step} Some values occur more than once.", step=step.sentence)
                raise Refused(said) from None
