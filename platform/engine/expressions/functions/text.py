"""Functions of text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hanok.engine.expressions.functions.base import A_LIST, A_TEXT, A_VALUE, Argument, Function
from hanok.engine.expressions.functions.numbers import whole
from hanok.engine.expressions.kinds import BOOLEAN, NUMBER, TEXT
from hanok.engine.expressions.korean import PAIRS, with_particle
from hanok.engine.expressions.values import LONGEST_TEXT, Unfit, bounded, text_of
from hanok.engine.fields.person_name import full_name


def person_name(last: Any, first: Any) -> str:
    """A person's name: 성+이름 joined when either is written in Hangul or Han, else given name first."""
    return full_name(text_of(last), text_of(first))


def replaced(text: Any, old: Any, new: Any) -> str:
    found, before, after = text_of(text), text_of(old), text_of(new)
    if not before:
        raise Unfit("replace")
    if len(found) + found.count(before) * len(after) > 2 * LONGEST_TEXT:
        raise Unfit("too long")
    return bounded(found.replace(before, after))


def left(text: Any, count: Decimal) -> str:
    return text_of(text)[: max(0, whole(count))]


def right(text: Any, count: Decimal) -> str:
    found = text_of(text)
    return found[max(0, len(found) - max(0, whole(count))) :]


def length(value: Any) -> Decimal:
    if value is None:
        return Decimal(0)
    return Decimal(len(value) if isinstance(value, tuple | list) else len(text_of(value)))


def join(items: Sequence[Any], separator: Any = ", ") -> str:
    """Empty items are left out."""
    texts = [text for text in map(text_of, items or ()) if text]
    between = text_of(separator)
    if sum(map(len, texts)) + len(between) * len(texts) > LONGEST_TEXT:
        raise Unfit("too long")
    return between.join(texts)


def contains(text: Any, part: Any) -> bool:
    return text is not None and part is not None and text_of(part).casefold() in text_of(text).casefold()


def starts_with(text: Any, part: Any) -> bool:
    return text is not None and part is not None and text_of(text).casefold().startswith(text_of(part).casefold())


def ends_with(text: Any, part: Any) -> bool:
    return text is not None and part is not None and text_of(text).casefold().endswith(text_of(part).casefold())


A_COUNT = Argument("count", ("number",))
A_PART = Argument("part", ("text",))
FUNCTIONS = (
    Function("upper", lambda text: text_of(text).upper(), (A_TEXT,), TEXT,
             {"en": "The text in capital letters.", "ko": "대문자로 바꿉니다."}, "'kim' | upper", "KIM"),
    Function("lower", lambda text: text_of(text).lower(), (A_TEXT,), TEXT,
             {"en": "The text in small letters.", "ko": "소문자로 바꿉니다."}, "'KIM' | lower", "kim"),
    Function("trim", lambda text: text_of(text).strip(), (A_TEXT,), TEXT,
             {"en": "The text without blanks around it.", "ko": "앞뒤 공백을 지웁니다."}, "' kim ' | trim", "kim"),
    Function("replace", replaced, (A_TEXT, Argument("old", ("text",)), Argument("new", ("text",))), TEXT,
             {"en": "The text with every `old` replaced by `new`.", "ko": "`old`를 모두 `new`로 바꿉니다."},
             "'02-123' | replace('-', '')", "02123"),
    Function("left", left, (A_TEXT, A_COUNT), TEXT,
             {"en": "The first signs of the text.", "ko": "앞에서부터 몇 글자입니다."}, "'한빛전자' | left(2)", "한빛"),
    Function("right", right, (A_TEXT, A_COUNT), TEXT,
             {"en": "The last signs of the text.", "ko": "뒤에서부터 몇 글자입니다."}, "'한빛전자' | right(2)", "전자"),
    Function("length", length, (Argument("value", ("text", "list")),), NUMBER,
             {"en": "How many signs a text or items a list has; 0 when it is empty.",
              "ko": "글자 수 또는 항목 수이고, 비어 있으면 0입니다."},
             "'한빛' | length", "2", empties=True, counts=True),
    Function("join", join, (A_LIST, Argument("separator", ("text",), optional=True)), TEXT,
             {"en": "The items as one text, `, ` between them unless said; empty ones are left out.",
              "ko": "항목을 하나로 잇습니다. 따로 말하지 않으면 `, `로 잇고 빈 항목은 건너뜁니다."},
             "['김', '이'] | join('·')", "김·이", empties=True, plucks=True),
    Function("contains", contains, (A_TEXT, A_PART), BOOLEAN,
             {"en": "Whether the text contains the part, in whatever case.",
              "ko": "대소문자와 상관없이 그 말이 들어 있는지입니다."},
             "'Hanbit ERP' | contains('erp')", "True", empties=True),
    Function("starts_with", starts_with, (A_TEXT, A_PART), BOOLEAN,
             {"en": "Whether the text begins so, in whatever case.", "ko": "그 말로 시작하는지입니다."},
             "'Hanbit' | starts_with('han')", "True", empties=True),
    Function("ends_with", ends_with, (A_TEXT, A_PART), BOOLEAN,
             {"en": "Whether the text ends so, in whatever case.", "ko": "그 말로 끝나는지입니다."},
             "'한빛전자' | ends_with('전자')", "True", empties=True),
    Function("text", text_of, (A_VALUE,), TEXT,
             {"en": "The value as it is printed.", "ko": "값을 글로 바꿉니다."}, "text(12.5)", "12.5"),
    Function("josa", with_particle, (A_TEXT, Argument("pair", ("text",), written=True)), TEXT,
             {"en": "The text with the Korean particle that suits its last sound: " + " ".join(PAIRS) + ".",
              "ko": "받침에 맞는 조사를 붙입니다: " + " ".join(PAIRS) + "."},
             "'한빛전자' | josa('을/를')", "한빛전자를"),
    Function("person_name", person_name, (Argument("last", ("text",)), Argument("first", ("text",))), TEXT,
             {"en": "A person's name: family name first where it is written in Hangul or Han.",
              "ko": "사람 이름입니다. 한글이나 한자면 성을 앞에 붙여 씁니다."}, "person_name('김', '민수')", "김민수",
             empties=True),
)  # fmt: skip
