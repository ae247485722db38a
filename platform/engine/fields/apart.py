"""What field types share whose values are rows of another table: lines, and links to many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hanok.engine.fields.base import FieldType
from hanok.engine.fields.field import Field, Part


class Apart(FieldType):
    """A type without columns: its values stand in a table of their own and are read by the module's end."""

    operators = ()
    apart = True
    sortable = False
    blank: ClassVar[Any] = ()

    def parts(self, field: Field) -> tuple[Part, ...]:
        return ()

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        return {}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return ()

    def unchanged(self, field: Field, raw: Any, present: Any) -> bool:
        """Never: what is stored is not at hand here; whoever writes the rows compares them."""
        return False

    def search_text(self, field: Field, value: Any) -> str:
        return ""
