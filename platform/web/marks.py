"""The small marks that screens are made of: icons, badges, dots, faces. Each returns safe HTML."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache

from markupsafe import Markup, escape

Icon = Callable[[str], Markup]

#: Colours that an option set may name (`data-color`); each passes AA in light, dark, hover and selected.
COLORS = ("blue", "green", "orange", "red", "purple", "teal", "grey")
_FACES = ("teal", "purple", "blue", "orange", "green")
NOTHING = Markup('<span class="muted nothing">–</span>')


def safe(html: str) -> Markup:
    """HTML of literals and of what `escape` gave: quicker than `Markup.format`, for what lists repeat."""
    return Markup(html)  # noqa: S704  see above


def icon_of(small: str, whole: str, names: frozenset[str]) -> Icon:
    """The function that draws an icon. Drawings are for the eye only.

    `names` are those in the small sprite, which every page loads; another name is drawn from the whole one.
    """
    drawn: dict[str, Markup] = {}

    def icon(name: str) -> Markup:
        if name not in drawn:
            drawn[name] = Markup(
                '<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>'
            ).format(small if name in names else whole, name)
        return drawn[name]

    return icon


def badge(text: str, color: str = "") -> Markup:
    """A state, a role or a tag: tint and dark text of the same colour."""
    return safe(f'<span class="badge" data-color="{_known(color)}">{escape(text)}</span>')


def dot(color: str = "") -> Markup:
    """The colour alone, for narrow places; the word stands beside it."""
    return Markup('<span class="dot" data-color="{}"></span>').format(_known(color))


def face(name: str) -> Markup:
    """A person's round mark: the given name in Korean, else the initials. The colour stays the same for a name."""
    color = _FACES[zlib.adler32(name.encode()) % len(_FACES)]
    return Markup('<span class="face" data-color="{}" aria-hidden="true">{}</span>').format(color, short_name(name))


@lru_cache(maxsize=1024)
def who(name: str) -> Markup:
    """A person: face and name."""
    return Markup('<span class="who">{}<span class="clip">{}</span></span>').format(face(name), name)


def short_name(name: str) -> str:
    """김하늘 → 하늘, 남궁민수 → 민수, 이준 → 준, Ada Lovelace → AL."""
    words = name.split()
    if not words:
        return "?"
    if "가" <= words[0][0] <= "힣":
        full = "".join(words)
        return full[-2:] if len(full) > 2 else full[1:] or full
    return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()


def _known(color: str) -> str:
    return color if color in COLORS else "grey"
