"""Formatted text: what gets in, what is left of it, and what is found in it."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from hanok.engine.fields.rich_text import Html, plain_of
from tests.fields.fields import TYPES, a_field

FIELD = a_field(TYPES["rich_text"])


def load(raw: object) -> str | None:
    found = FIELD.type.value(FIELD).deserialize(raw)
    assert found is None or isinstance(found, Html)
    return found


ATTACKS = [
    "<p>a</p><script>alert(1)</script>", "<p onclick=alert(1)>a</p>", "<p>a<img src=x onerror=alert(1)></p>",
    '<p><a href="javascript:alert(1)">a</a></p>', '<p><a href="java\nscript:alert(1)">a</a></p>',
    '<p><a href=" &#106;avascript:alert(1)">a</a></p>', '<p><a href="data:text/html,<script>1</script>">a</a></p>',
    '<p><a href="vbscript:x">a</a></p>', "<p>a</p><iframe src=//evil></iframe>", "<p>a<svg onload=alert(1)></svg></p>",
    "<p>a<math><mtext></p><style><img src=x onerror=alert(1)></style>", '<p style="background:url(//evil)">a</p>',
    '<div>a<form action=//evil><input name=x><button>b</button></form></div>', "<p>a<base href=//evil></p>",
    "<p>a<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript></p>",
    "<p>a<!--><img src=x onerror=alert(1)>--></p>", '<p id="f-name" class="btn">a</p>',
    "<p>a<object data=x></object></p>", "<p>a<meta http-equiv=refresh></p>",
    '<p>a<img src="data:image/png;base64,AAAA"></p>', "<p>a<template><script>1</script></template></p>",
    "<p>a<svg></p><style><!--</style><img src=1 onerror=alert(1)>--></style></svg>",
]  # fmt: skip
BAD = (
    "script", "onerror", "onclick", "onload", "<img", "<svg", "<style", "style=", "<iframe", "<form", "<input", "data:",
    "class=", "id=", "<meta", "<base", "<object", "evil",
)  # fmt: skip


@pytest.mark.parametrize("raw", ATTACKS)
def test_nothing_that_runs_loads_or_looks_elsewhere_gets_in(raw: str) -> None:
    html = load(raw)
    assert html is not None
    assert "a" in plain_of(html)
    assert not [bad for bad in BAD if bad in html.lower()]


def test_links_lead_away_without_telling_from_where() -> None:
    html = load('<p><a href="https://example.com" target="_top" rel="opener">x</a></p>')
    assert html is not None
    assert 'target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "opener nofollow" not in html.replace("noopener noreferrer nofollow", "")


def test_plain_text_becomes_paragraphs() -> None:
    assert load("첫째 < 줄\n둘째\n\n다음") == "<p>첫째 &lt; 줄<br>둘째</p><p>다음</p>"


def test_words_outside_of_blocks_stand_in_one() -> None:
    assert load("<em>a</em> b") == "<p><em>a</em> b</p>"
    assert load("a<p>b</p>") == "<div>a<p>b</p></div>"


NOTHING = ["<p></p>", "<p><br></p>", "<ul><li>&nbsp;</li></ul>", "<script>alert(1)</script>", " "]


@pytest.mark.parametrize("raw", NOTHING)
def test_what_says_nothing_is_empty(raw: str) -> None:
    assert load(raw) is None


def test_a_line_is_something() -> None:
    assert load("<hr>") == "<hr>"


def test_cleaning_what_is_clean_changes_nothing() -> None:
    html = load('<p>a &amp; b<a href="https://e.com/?a=1&b=2" title="&quot;">x</a> \u1112\u1161\u11ab</p>')
    assert load(html) == html


def test_files_hold_html_and_literal_text_alike() -> None:
    read = FIELD.type.from_text
    assert load(read(FIELD, "<b> is bold, <p> is not")) == "<p>&lt;b&gt; is bold, &lt;p&gt; is not</p>"
    assert load(read(FIELD, "<p>is <strong>strong</strong></p>")) == "<p>is <strong>strong</strong></p>"
    assert load(read(FIELD, 12.0)) == "<p>12</p>"


def test_it_is_searched_by_its_words_not_by_its_tags() -> None:
    html = load("<p>한빛<strong>전자</strong> &amp; Söhne</p><table><tr><td>A</td><td>B</td></tr></table>")
    assert FIELD.type.search_text(FIELD, html) == "한빛전자 & Söhne\nA\tB"
    assert "strong" not in FIELD.type.write(FIELD, html)["folded"]


def test_it_is_no_longer_than_it_may_be() -> None:
    short = a_field(TYPES["rich_text"], length=20)
    with pytest.raises(ValidationError) as caught:
        short.type.value(short).deserialize("<p>" + "a" * 20 + "</p>")
    assert "at most 20 fit" in str(caught.value.messages[0])
