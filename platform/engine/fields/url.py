"""The address of a web page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.text import Text, clean
from hanok.engine.fields.value import Value, refuse

LONGEST = 2000
BARE = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?:[/?#].*)?")
HOST = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*\.?|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)


class UrlValue(Value):
    """An http or https address without a user in it (which is how links lie). A bare domain gets https:// in front."""

    def load(self, value: Any, **known: Any) -> str:
        text = clean(value)
        found = f"https://{text}" if BARE.fullmatch(text) else text
        if len(found) > LONGEST:
            raise refuse(say("This has {found} characters; at most {length} fit.", found=len(found), length=LONGEST))
        if any(sign.isspace() or sign in '<>"\\^`{|}' for sign in found) or not _is_web(found):
            raise refuse(say("This is not a web address, such as https://example.com."))
        return found


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and HOST.fullmatch(parts.netloc) is not None


class Url(Text):
    key = "url"
    label: ClassVar[Labels] = {"en": "Web address", "ko": "웹 주소"}
    icon = "world"
    options: ClassVar[Mapping[str, Any]] = {}
    #: A browser knows no bare domains, which get https:// in front here.
    compares = ""
    converts_from = frozenset()

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return UrlValue()

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return UrlValue()

    def from_text(self, field: Field, text: Any) -> Any:
        return text

    def input(self, field: Field) -> Widget:
        return Widget("url", {"length": LONGEST})

    def cell(self, field: Field) -> Cell:
        return Cell("url", width="link")

    def samples(self, field: Field) -> Sequence[Any]:
        return ("https://example.com", "http://한글.kr/경로?질문=답#끝", "example.co.kr/a_b", "https://localhost:8000/%20")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({},)
