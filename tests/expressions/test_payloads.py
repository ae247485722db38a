"""What people write to break out of a template, or to make it run for ever: refused, or harmless, and at once."""

from __future__ import annotations

import time

import pytest

from hanok.engine.expressions import ExpressionError, Template

REFUSED = [
    # work without end
    "{{ 9**9 }}", "{{ 9**(9**9) }}", "{{ 'a' * 10**9 }}", "{{ [0] * 10**9 }}", "{{ 10**9 // 1 }}",
    "{% for i in range(10**9) %}{{ i }}{% endfor %}", "{{ range(10**9) }}",
    "{{ lipsum(10**6) }}", "{{ '%999999999d'|format(1) }}", "{{ 'x'|center(10**9) }}", "{{ ''.join(name) }}",
    # too large or too deep for a parser
    "{{ " + "(" * 900 + "1" + ")" * 900 + " }}", "{{ " + "-" * 1900 + "1 }}", "{{ " + "not " * 490 + "name }}",
    "{{ " + "[" * 900 + "]" * 900 + " }}", "{{ " + "{1:" * 400 + "1" + "}" * 400 + " }}",
    "{{ " + "+".join(["name"] * 400) + " }}", "{{ " + "~".join(["name"] * 300) + " }}", "{{ name" + ".a" * 900 + " }}",
    "{{ name" + "|lower" * 300 + " }}", "{{ person_name(" * 100 + "1" + ", 1)" * 100 + " }}", "x" * 2001,
    # out of the sandbox
    "{{ ().__class__ }}", "{{ ''.__class__.__mro__ }}", "{{ name.__class__ }}", "{{ name._x }}",
    "{{ True.__class__ }}", "{{ person_name.__globals__ }}", "{{ person_name.__globals__['os'] }}",
    "{{ person_name(name, name).__class__ }}", "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ self.__init__ }}",
    "{{ name|attr('__class__') }}", "{{ name['__class__'] }}", "{{ name[0] }}",
    "{{ name[:5] }}", "{{ name.format(name) }}", "{{ name.upper() }}", "{{ dict() }}", "{{ namespace() }}",
    "{{ caller() }}", "{{ (name ~ name).join(name) }}", "{{ name|map('upper') }}", "{{ name is callable }}",
    # statements
    "{% include 'x' %}", "{% import 'os' as o %}", "{% from 'os' import path %}", "{% extends 'x' %}",
    "{% set x = 1 %}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{% block a %}{% endblock %}",
    "{% if name %}a{% endif %}", "{% with %}{% endwith %}", "{% filter upper %}a{% endfilter %}",
    "{% call f() %}{% endcall %}", "{% autoescape true %}{% endautoescape %}", "{% do name %}",
    # what could only fail once somebody saves a record
    "{{ person_name() }}", "{{ person_name(name) }}", "{{ person_name(name, name, name) }}",
    "{{ person_name(*name) }}", "{{ person_name(**name) }}", "{{ person_name(last=1, first=2) }}",
    "{{ name|upper(1, 2, 3) }}",
    "{{ (name ~ name).format }}", "{{ 1 in 1 }}", "{{ 1 < 'a' }}",
    # no template at all
    "{{", "{%", "{{ }}", "{{ name", "{{ \"a\" if name else }}", "{{ 'a }}",
    # signs that no database stores
    "{{ '\\x00' }}", "{{ '\\ud800' }}", "a\x00b", "a\x1bb",
]  # fmt: skip
HARMLESS = {
    "{{ name.format }}": "", "{{ name.upper }}": "", "{{ name and name.encode }}": "", "{{ name.gi_frame }}": "",
    "{{ person_name }}": "", "{{ config }}": "", "{{ request }}": "",
    "{{ name.x.y }}": "", "{{ self }}": "", "{{ lipsum }}": "", "{{ loop }}": "", "{{ varargs }}": "",
    "{{ name.nothing }}": "", "{{ 1/0 }}": "", "{{ 1 % 0 }}": "", "{{ 0x10 // 0 }}": "", "{{ name + 1 }}": "",
    "{{ name|default(other='x') }}": "김", "{{ 1 - name }}": "",
    "{% raw %}{{ x }}{% endraw %}": "{{ x }}", "{# nothing #}": "", "}}": "}}", "{{ '{{ 9**9 }}' }}": "{{ 9**9 }}",
    "{{ '{0.__class__}' }}": "{0.__class__}", "%s %(name)s {name}": "%s %(name)s {name}",
    "{{ name|default(name|default(name)) }}": "김", "{{ nobody or name }}": "김", "{{ name in name }}": "True",
    "<b>{{ name }}</b>": "<b>김</b>", "{{ name + nobody }}": "",
}  # fmt: skip
VALUES = {"name": "김", "nobody": None}


@pytest.mark.parametrize("payload", REFUSED, ids=lambda text: text[:40])
def test_what_could_harm_is_refused_before_it_runs(payload: str) -> None:
    spent = []
    for _ in range(3):  # a collection of garbage may fall into one of them
        began = time.process_time()
        with pytest.raises(ExpressionError):
            Template(payload)
        spent.append(time.process_time() - began)
        if spent[-1] < 0.5:
            break
    assert min(spent) < 0.5


@pytest.mark.parametrize(("payload", "shown"), HARMLESS.items(), ids=lambda text: text[:40])
def test_what_is_let_through_shows_values_and_nothing_of_the_engine(payload: str, shown: str) -> None:
    assert Template(payload).render(VALUES) == shown


def test_values_are_never_templates() -> None:
    assert Template("{{ name }}").render({"name": "{{ 9**9 }} {% raw %} {name}"}) == "{{ 9**9 }} {% raw %} {name}"
