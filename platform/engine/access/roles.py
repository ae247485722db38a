"""The roles that there are, with the one that is built in."""

from __future__ import annotations

from collections.abc import Mapping

from hanok.engine.access.actor import ADMINISTRATOR
from hanok.engine.catalog import Catalog
from hanok.engine.fields import Labels


def role_labels(catalog: Catalog) -> Mapping[str, Labels]:
    """The labels of all roles by key, the built-in one first."""
    built_in: Labels = {"en": "Administrator", "ko": "관리자"}
    return {ADMINISTRATOR: built_in, **{key: role.label for key, role in catalog.roles.items()}}
