"""Builds the graph of what is derived, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from hanok.engine.catalog.derived import TITLE, Derivation, Derived, Links, Place, Read, is_derived
from hanok.engine.catalog.expressed import RecordScope, needs_of, reads_of
from hanok.engine.catalog.model import Module
from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.rolling import rollup_of
from hanok.engine.catalog.sequence import ranks, sequence
from hanok.engine.errors import Message, say
from hanok.engine.expressions import Expression, ExpressionError, Path, Template, accepts
from hanok.engine.fields import Field

Found = dict[Place, Derivation]


def derive(modules: Mapping[str, Module], sources: Mapping[str, Source], pieces: Pieces) -> Derived:
    """Every derivation of these modules, checked and ordered. Faults are reported; with faults nothing is derived.

    Other modules are looked at as `pieces` shows them: "modules".
    """
    report = pieces.report
    if report.faulty or any(source.document.lost for source in sources.values()):
        return Derived()
    before = len(report.problems)
    build = _Build(modules, sources, report)
    for key, module in modules.items():
        how = partial(_derived, module, sources[key], build.said)
        build.add(*pieces.make("derived", key, (module, sources[key]), how, sights=("modules",)))
    if len(report.problems) > before:
        return Derived()
    return build.derived()


def _derived(
    module: Module, source: Source, said: set[str], report: Report, modules: Mapping[str, Module]
) -> tuple[Found, Found, Found]:
    """What is derived in one module: stored, live, suggested."""
    build = _Build(modules, {module.key: source}, report)
    build.said = said
    build.take(module)
    return build.stored, build.live, build.suggested


class _Build:
    def __init__(self, modules: Mapping[str, Module], sources: Mapping[str, Source], report: Report) -> None:
        self.modules = modules
        self.sources = sources
        self.report = report
        self.stored: Found = {}
        self.live: Found = {}
        self.suggested: Found = {}
        self.said: set[str] = set()

    def add(self, stored: Found, live: Found, suggested: Found) -> None:
        self.stored |= stored
        self.live |= live
        self.suggested |= suggested

    def take(self, module: Module) -> None:
        """The derivations of one module."""
        for field in module.fields.values():
            if "live" in field.settings and field.settings["live"] and "formula" not in field.settings:
                self.wrong(field, "live", say("Only a formula can be worked out when it is read."))
            if "formula" in field.settings:
                self._formula(module, field)
            if "rollup" in field.settings:
                self._rollup(module, field)
            if "suggest" in field.settings:
                self._suggest(module, field)
        self._title(module)

    def _formula(self, module: Module, field: Field) -> None:
        live = bool(field.settings.get("live", False))
        if not self._is_plain(field, "formula"):
            return
        if live and not self._may_live(module, field):
            return
        how = self._expression(module, field, "formula", moments=live)
        if how is not None:
            (self.live if live else self.stored)[field.module, field.key] = self._of(module, field.key, how)

    def _may_live(self, module: Module, field: Field) -> bool:
        """Whether nothing is asked of a live formula that needs a column."""
        asked = next((key for key in ("unique", "index", "search", "required") if field.settings.get(key)), None)
        groups = {"index": module.index, "unique": module.unique}
        named = next((key for key, each in groups.items() if any(field.key in group for group in each)), None)
        if asked or named:
            told = say("What is worked out when it is read has no column: it cannot say “{key}”.", key=asked or named)
        elif field.targets:
            told = say("A field of type {type} cannot be worked out.", type=field.type.key)
        else:
            return True
        self.wrong(field, "live", told)
        return False

    def _rollup(self, module: Module, field: Field) -> None:
        if not self._is_plain(field, "rollup"):
            return
        told = partial(self._wrong_rollup, field)
        found = rollup_of(module, field, self.modules, told)
        if found is not None:
            how, reads = found
            self.stored[field.module, field.key] = Derivation(module.key, field.key, how, reads)

    def _wrong_rollup(self, field: Field, path: tuple[str | int, ...], message: Message) -> None:
        self.wrong(field, "rollup", message, *path)

    def _suggest(self, module: Module, field: Field) -> None:
        if is_derived(field) or field.type.generated:
            self.wrong(field, "suggest", say("Nobody types over a value that the system works out."))
            return
        how = self._expression(module, field, "suggest", moments=True)
        if how is not None:
            self.suggested[field.module, field.key] = self._of(module, field.key, how)

    def _title(self, module: Module) -> None:
        """The names of a title are checked where it is compiled; here its expressions are, with what they name."""
        if any(name not in module.fields or module.fields[name].targets for name in module.title.names):
            return
        try:
            how = Template(module.title.source, RecordScope(module, self.modules), moments=False)
        except ExpressionError as error:
            self._say(self.sources[module.key], error.message, "title")
            return
        if self._none_is_live(module, how.reads, lambda message: self._say(self.sources[module.key], message, TITLE)):
            self.stored[module.key, TITLE] = self._of(module, TITLE, how)

    def _of(self, module: Module, key: str, how: Expression | Template) -> Derivation:
        reads = dict.fromkeys(read for path in sorted(how.reads) for read in reads_of(path, module, self.modules))
        return Derivation(module.key, key, how, tuple(reads), needs_of(how.reads))

    def _expression(self, module: Module, field: Field, what: str, *, moments: bool) -> Expression | None:
        scope = RecordScope(module, self.modules)
        try:
            how = Expression(field.settings[what], scope, moments=moments)
        except ExpressionError as error:
            self.wrong(field, what, error.message)
            return None
        if not accepts(field, how.kind, lambda key: RecordScope(self.modules[key], self.modules)):
            self.wrong(field, what, say("This gives {kind}, which a field of type {type} cannot hold.",
                                        kind=how.kind.noun, type=field.type.key))  # fmt: skip
            return None
        sound = self._none_is_live(module, how.reads, lambda message: self.wrong(field, what, message))
        return how if sound else None

    def _none_is_live(self, module: Module, paths: Iterable[Path], wrong: Callable[[Message], None]) -> bool:
        for path in paths:
            for read in reads_of(path, module, self.modules):
                there = self.modules[read.module]
                if read.key in there.fields and there.fields[read.key].settings.get("live"):
                    told = say("“{path}” is worked out when it is read; nothing else can look at it.", path=str(read))
                    wrong(told)
                    return False
        return True

    def _is_plain(self, field: Field, what: str) -> bool:
        """Whether such a field may be worked out at all."""
        clash = next((key for key in ("formula", "rollup") if key != what and key in field.settings), None)
        if clash:
            self.wrong(field, what, say("A field has a formula or a rollup, not both."))
        elif field.type.apart or field.type.generated or field.type.secret or field.type.holds_files:
            self.wrong(field, what, say("A field of type {type} cannot be worked out.", type=field.type.key))
        else:
            return True
        return False

    def wrong(self, field: Field, what: str, message: Message, *path: str | int) -> None:
        self._say(self.sources[field.module], message, "fields", field.key, what, *path)

    def _say(self, source: Source, message: Message, *path: str | int) -> None:
        """Says it once, also of lines that stand in several modules."""
        place = source.place(*path)
        told = f"{place} {message}"
        if told not in self.said:
            self.said.add(told)
            self.report.wrong(place, message, code="expression")

    # -- the graph ---------------------------------------------------------------------------------------------
    def derived(self) -> Derived:
        order = sequence({**self.stored}, self._cycle)
        order = {place: found for place, found in order.items() if place in self.stored}
        sequence({**self.stored, **self.suggested}, self._cycle)
        upward, looked = (self._links(order.values(), many=many) for many in (True, False))
        return Derived(
            stored=_by_module(order.values()), live=_by_module(self.live.values()),
            suggested=_by_module(self._suggestions()), asking=_asking(order.values()),
            upward=upward, looked=looked, rank=ranks(upward, looked),
        )  # fmt: skip

    def _suggestions(self) -> Iterator[Derivation]:
        """In an order in which one may follow another."""
        order = sequence({**self.stored, **self.suggested}, lambda path: None)
        return (found for place, found in order.items() if place in self.suggested)

    def _cycle(self, path: list[Place]) -> None:
        """Says where it goes round, at the first of the fields."""
        module, key = path[0]
        names = " → ".join(map(".".join, path))
        told = say("This goes round in a circle and has no value: {path}.", path=names)
        field = self.modules[module].fields.get(key)
        if field is None:
            self._say(self.sources[module], told, "title")
            return
        what = next(what for what in ("formula", "rollup", "suggest") if what in field.settings)
        self.wrong(field, what, told)

    def _links(self, found: Iterable[Derivation], *, many: bool) -> Links:
        """The links by which records are rolled up (`many`), or by which formulas look at others."""
        links: dict[str, dict[tuple[str, str], None]] = {}
        for hop in (hop for derivation in found for read in derivation.reads for hop in read.hops):
            end = self.modules[hop.module].ends[hop.key] if hop.many else None
            for each in end.each() if end is not None and many else ():
                if each.through is None:
                    links.setdefault(each.module, {})[each.field, hop.module] = None
            if end is None and not many:
                links.setdefault(hop.module, {})[hop.key, hop.to] = None
        return MappingProxyType({module: tuple(pairs) for module, pairs in links.items()})


def _by_module(found: Iterable[Derivation]) -> Mapping[str, tuple[Derivation, ...]]:
    grouped: dict[str, list[Derivation]] = {}
    for derivation in found:
        grouped.setdefault(derivation.module, []).append(derivation)
    return MappingProxyType({module: tuple(listed) for module, listed in grouped.items()})


def _asking(found: Iterable[Derivation]) -> Mapping[Place, tuple[tuple[Derivation, Read], ...]]:
    asking: dict[Place, list[tuple[Derivation, Read]]] = {}
    for derivation in found:
        if not derivation.own:
            for read in derivation.reads:
                asking.setdefault(read.place, []).append((derivation, read))
    return MappingProxyType({place: tuple(pairs) for place, pairs in asking.items()})


