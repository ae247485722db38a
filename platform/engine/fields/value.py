"""What every validator of a field type shares: blank is empty, and each refusal is a Message."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from hanok.engine.errors import Message, say


def refuse(message: Message) -> ma.ValidationError:
    """The error of a validator: `raise refuse(say("This must be text."))`."""
    return ma.ValidationError([message])


class Value(ma.fields.Field[Any]):
    """The validator of one type. Subclasses override `load`; None and blank text never reach it.

    `deserialize(raw, zone="Asia/Seoul")` passes what the reader knows of the writer on to `load`: `zone` is the IANA
    name of the zone in which a moment without an offset is meant. An empty value loads as `blank` (None for nearly all
    types): whether it may be empty is the record's business, because `required` may be a condition.
    """

    default_error_messages = {
        "required": [say("This is required.")],
        "null": [say("This may not be empty.")],
        "validator_failed": [say("This value is not possible here.")],
    }

    def __init__(self, *, blank: Any = None, **rest: Any) -> None:
        rest.setdefault("allow_none", True)
        super().__init__(**rest)
        self.blank = blank

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **known: Any) -> Any:
        found = super().deserialize(value, attr, data, **known)
        return self.blank if found is None else found

    def _deserialize(self, value: Any, attr: str | None, data: Any, **known: Any) -> Any:
        if isinstance(value, str) and not value.strip():
            return None
        return self.load(value, **known)

    def load(self, value: Any, **known: Any) -> Any:
        """The Python value of this raw value, which is not blank. Raises what `refuse` gives."""
        raise NotImplementedError
