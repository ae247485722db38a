"""What people write to break out of an expression, or to make it run for ever. By kind; each is one expression."""

from __future__ import annotations

from collections.abc import Mapping

_DEEP = 900
WALKS = [
    f"{start}.{step}"
    for start in ("name", "''", "()", "[]", "1", "0.5", "true", "none", "today", "now", "lines", "record", "josa")
    for step in ("__class__", "__class__.__mro__", "__init__.__globals__", "_private", "__dict__.keys")
]
METHODS = [
    f"name.{method}"
    for method in (
        "format(1)", "format_map(record)", "upper()", "join([1])", "encode('utf-8')", "zfill(999999999)",
        "center(999999999)", "ljust(999999999)", "translate(record)", "split()", "__str__()", "__getattribute__('x')",
        "count('a')", "replace('a', 'b')", "mro()", "copy()",
    )
]  # fmt: skip
SUBSCRIPTS = [
    "name['__class__']", "name[0]", "name[:5]", "name[::-1]", "lines[0]", "record['name']", "record['__class__']",
    "lines[lines | count]", "[1][0]", "(1, 2)[0]", "{'a': 1}['a']", "name['a' ~ 'b']", "now[0]", "''[0]",
]  # fmt: skip
FILTERS = [
    f"name | {one}"
    for one in (
        "attr('__class__')", "map('upper')", "map(attribute='__class__')", "select('x')", "reject('x')", "format(1)",
        "list", "batch(2)", "groupby('a')", "tojson", "pprint", "safe", "xmlattr", "urlize", "random", "items",
        "dictsort", "slice(3)", "indent(99999999)", "wordwrap(1)", "center(999999999)", "string", "escape", "e",
        "filesizeformat", "striptags", "truncate(1)", "unique", "sort", "reverse", "forceescape", "selectattr('a')",
    )
]  # fmt: skip
CALLS = [
    "range(10)", "range(10**9)", "lipsum(9)", "dict(a=1)", "cycler(1)", "joiner()", "namespace(a=1)", "caller()",
    "self()", "super()", "loop()", "open('x')", "eval('1')", "exec('1')", "__import__('os')", "getattr(name, 'x')",
    "type(name)", "vars()", "globals()", "compile('1', 'x', 'eval')", "print(name)", "input()", "help()", "repr(name)",
    "name()", "name.x()", "person_name.__call__('a', 'b')", "(person_name)()('a')", "person_name(*lines)",
    "person_name(**record)", "round(*lines)", "upper(**record)", "today()", "now()", "text.__class__('x')",
    "cycler.__init__.__globals__.os.popen('id').read()", "lipsum.__globals__['os']", "config.items()",
    "request.application.__globals__", "self._TemplateReference__context", "get_flashed_messages.__globals__",
]  # fmt: skip
POWERS = [
    "9 ** 9", "9 ** (9 ** 9)", "9 ** 9 ** 9", "2 ** 0.5", "10 ** 10000", "(10 ** 9) ** 9", "name ** 2", "2 ** name",
    "-2 ** 2", "1 if 9 ** 9 else 2", "[9 ** 9]", "round(9 ** 9)", "name ~ 9 ** 9", "9 ** 9 == 9", "false and 9 ** 9",
]  # fmt: skip
GROWTH = [
    "'a' * 1000000000", "1000000000 * 'a'", "[0] * 1000000000", "('a',) * 9", "name * 99", "lines * 99",
    "'%999999999d' % 1", "'%s' % name", "'%(name)s' % record", "'{0.__class__}' % name", "days(3) * 9",
    "name + 1", "1 - name", "today * 2", "today + today", "true + 1", "[1] + [2]", "1 in 1", "1 < 'a'", "today < 1",
    "lines + 1", "-name", "+name", "-[1]", "'a' // 'b'", "'a' / 2", "price * price", "1 / price", "price % 2",
]  # fmt: skip
HUGE = [
    "9" * 400, "9" * 1900, "1" + "0" * 60, "0." + "1" * 40, "1e400", "0x" + "f" * 300, "1e99999999",
    "1_000" * 200, "99999999999999999999", "0b" + "1" * 200, "'" + "a" * 2100 + "'", " " * 2100 + "1",
]  # fmt: skip
DEPTH = [
    "(" * _DEEP + "1" + ")" * _DEEP, "-" * 1900 + "1", "not " * 490 + "name", "[" * _DEEP + "]" * _DEEP,
    "{1:" * 400 + "1" + "}" * 400, "+".join(["1"] * 900), "~".join(["name"] * 390), "name" + ".a" * _DEEP,
    "name" + "|lower" * 320, "upper(" * 250 + "name" + ")" * 250, "1 if name else " * 130 + "1",
    " and ".join(["name"] * 270), " or ".join(["name"] * 300), " == ".join(["1"] * 390), "[" + "1," * 900 + "]",
    "min(" + "1," * 900 + "1)", "((" * 300, "))" * 300, "[[[[" * 200, "'" * 999, "a.b" * 600,
]  # fmt: skip
STATEMENTS = [
    "", " ", "}}", "{{ name }}", "{% for i in lines %}{% endfor %}", "name }} {{ name", "{# x #}", "name; name",
    "name = 1", "name := 1", "lambda: 1", "x for x in lines", "[x for x in lines]", "{x: 1 for x in lines}",
    "import os", "name if", "if name", "name name", "1 2", "name |", "| upper", "name.", ".name", "name..x", "(", ")",
    "name is callable", "name is defined", "name is mapping", "name is not none", "not", "and", "1 +", "* 2", "@name",
    "name!", "`id`", "$(id)", "${name}", "$", "$name", "$record.__class__", "name?.x", "a ? b : c", "a && b", "a || b",
    "yield 1", "await name", "*name", "**name", "...", "name[", "\\", "name # x", "'unclosed", '"unclosed',
]  # fmt: skip
SIGNS = [
    "'\\x00'", "'\\ud800'", "name ~ '\\x1b'", "'a\x00b'", "'a\x1bb'", "'\\x7f'", "ｎａｍｅ.__class__",
    "name.__сlass__", "nаme", "名前", "이름.__class__", "name\u200b", "name\u202e", "ﬁrst(lines)",
    "ｕｐｐｅｒ(name)", "\ufeffname", "１＋１",
    "name．format", "nam\u0435", "𝓃𝒶𝓂𝑒", "upper(nаme)",
]  # fmt: skip
ARITY = [
    "upper()", "upper(1, 2)", "round()", "round(1, 2, 3)", "person_name()", "person_name('a')", "days()", "days('a')",
    "josa(name)", "josa(name, name)", "sum(1)", "sum(lines, 1)", "join(1)", "first()", "min()", "replace(name, 'a')",
    "default(name)", "left(name)", "left(name, 'a')", "round('a')", "floor(today)", "year(name, 1)", "year('a')",
    "abs('a')", "sum(lines, attribute=name)", "sum(lines, attribute='__class__')", "sum(lines, attribute='')",
    "sum(lines, attribute='a b')", "upper(name, attribute='x')", "round(1, digits=2)", "upper(text=name, text=name)",
    "amount(1)", "money(1)", "currency('a')", "lines.tax", "price.euros", "today.century", "stage.colour", "name.first",
    "stage == 'wonn'", "nmae", "prize", "liens | count", "upperr(name)", "lines | summ",
]  # fmt: skip
#: Refused before anything runs.
REFUSED: Mapping[str, list[str]] = {
    "walks": WALKS, "methods": METHODS, "subscripts": SUBSCRIPTS, "filters": FILTERS, "calls": CALLS, "powers": POWERS,
    "growth": GROWTH, "huge": HUGE, "depth": DEPTH, "statements": STATEMENTS, "signs": SIGNS, "arity": ARITY,
}  # fmt: skip
_TENS = "name | replace('김', '0123456789')"
#: Let through: worth nothing more than this.
HARMLESS: Mapping[str, object] = {
    "1 / 0": None, "1 // 0": None, "1 % 0": None, "price / 0": None, "1 / (1 - 1)": None, "number('x')": None,
    "999999999999999999 * 999999999999999999 * 999999999999999999": None,
    "*".join(["999999999"] * 90): None,
    "+".join(["1"] * 39): 39, "1e-400": "0.0",
    _TENS + "".join(" | replace('0', '00000000000000000000000000000000')" for _ in range(12)): None,
    "(" + "~".join([f"({_TENS})"] * 30) + ") | length": 300,
    "days(99999999999)": None, "today + days(9999999)": None, "today + years(99999)": None, "today - years(9999)": None,
    "today + days(0.5)": None, "today + hours(1)": None, "round(1, 99)": None, "round(1, -99)": None,
    "left(name, 99999999999)": None, "left(name, -1)": "", "right(name, 0)": "", "replace(name, '', 'x')": None,
    "josa('', '을/를')": "을(를)", "name | josa('을/를') | josa('을/를')": "김을을", "'{0.__class__}'": "{0.__class__}",
    "'%s %(name)s {name}'": "%s %(name)s {name}", "'{{ 9**9 }}'": "{{ 9**9 }}", "date(9999, 99, 99)": None,
    "date('not a day')": None, "[] | first": None, "[] | sum": 0, "[] | max": None,
    "lines | first(attribute='none')": "?",
    "nobody + 1": None, "nobody * price": None, "nobody == nobody": True, "nobody < 1": False, "not nobody": True,
    "1 < 2 < 3": True, "1 == 1 == 1 == 2": False, "'a' 'b'": "ab", "name == '김'": True, "'김' in name": True,
}  # fmt: skip
