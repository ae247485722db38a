"""Trials of writing mails about records, and of templates that are filled with them."""

from __future__ import annotations

from dataclasses import replace

from tests.builders import a_record
from tests.doors.trial import LOOK, Trial, get, post
from tests.doors.world import Target, World


def with_template(world: World, target: Target, person: str) -> Target:
    """A template that says what nobody learns who may not see the record."""
    said = {"name": "t", "about": target.record.module, "subject": "{{ title }}",
            "body": "<p>{{ title }} {{ budget }} {{ margin }}</p>"}  # fmt: skip
    made = a_record(world.store, world.catalog, "email_template", **said)
    return replace(target, more={**target.more, "template": made.id})


TRIALS: tuple[Trial, ...] = (
    Trial("mailing_ask", get("{there}/_mail"), LOOK, shows="view"),
    Trial("mailing_ask", get("{there}/_mail", template="{template}"), LOOK, shows="view", way="filled",
          prepare=with_template),
    Trial("mailing_send", post("{there}/_mail", to="x@example.com", name="fresh", body="<p>x</p>"), LOOK, writes=True,
          done=(303,)),
    Trial("mailing_variables", get("/email_template/_variables", about="{module}")),
    Trial("mailing_try", get("/email_template/{template}/_letter", record="{id}"), shows="view",
          prepare=with_template),
)  # fmt: skip
