"""What a trial of a door is: what is sent, which rights it wants, what may be learned from the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hanok.engine.access import Actor
from tests.doors.world import Target, World

#: What a right is asked of: some record of the module (else it is closed), the record (else it is hidden), the record
#: again (else it is refused), the record whose row is seen (else refused, or hidden without it), the record that would
#: be made, one of two rights to the module; and that whoever comes is the one whose thing it is (`Trial.only`).
MODULE, SEE, DO, ROW, NEW, EITHER, MINE = "module", "see", "do", "row", "new", "either", "mine"
HERS: tuple[str, str] = (MINE, "")
Need = tuple[str, str]
#: The answer names the record to administrators only.
NEVER = "never"
LOOK: tuple[Need, ...] = ((MODULE, "view"), (SEE, "view"))
CHANGE: tuple[Need, ...] = (*LOOK, (DO, "edit"))


@dataclass(frozen=True)
class Here:
    """One attempt: the module, the record that is meant, and the id that is sent (another one to compare with)."""

    world: World
    module: str
    target: Target
    id: UUID
    person: str

    @property
    def there(self) -> str:
        return f"/{self.module}/{self.id}"


@dataclass(frozen=True)
class Ask:
    """A request; `form` is sent with the page's token. Where no request does it, `act` does."""

    path: str
    method: str = "GET"
    form: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    document: Mapping[str, Any] | None = None
    act: Callable[[Actor], str] | None = None


@dataclass(frozen=True)
class Trial:
    """How a door is tried. `door` is its endpoint (without a blueprint: of the screens) or, for ways in that are no
    addresses, "engine." and a word.

    `needs` stand in the order in which they decide; `shows` is the right by which the answer names the record ("" where
    it never does); `writes` says whether something has changed afterwards (None: perhaps). The rest are statuses: where
    it is done, where the module is closed, where it is refused, where the record is hidden. `prepare` makes what is
    needed for whoever comes, `leaves` are the tables in which a refused attempt leaves something all the same.
    """

    door: str
    ask: Callable[[Here], Ask]
    needs: tuple[Need, ...] = ()
    shows: str = ""
    writes: bool | None = False
    done: Sequence[int] = (200,)
    closed: Sequence[int] = (403,)
    refused: Sequence[int] = (403,)
    hidden: Sequence[int] = (404,)
    prepare: Callable[[World, Target, str], Target] | None = None
    way: str = ""
    only: Callable[[Here], bool] | None = None
    leaves: Sequence[str] = ()

    @property
    def endpoint(self) -> str:
        return self.door if "." in self.door else f"screens.{self.door}"

    @property
    def name(self) -> str:
        return f"{self.door}:{self.way}" if self.way else self.door

    @property
    def for_programs(self) -> bool:
        """Whether whoever comes here needs a token, and a session is worth nothing."""
        return self.endpoint.startswith("api.")

    @property
    def for_engine(self) -> bool:
        """Whether it is no address: then nobody comes who is not known."""
        return self.endpoint.startswith("engine.")

    @property
    def asks(self) -> tuple[str, ...]:
        """The rights that decide anything here."""
        shows = [self.shows] if self.shows not in ("", NEVER) else []
        return tuple(dict.fromkeys([*(action for _, action in self.needs if action), *shows]))


def get(path: str, **query: str) -> Callable[[Here], Ask]:
    return lambda here: Ask(_filled(path, here), query={key: _filled(text, here) for key, text in query.items()})


def post(path: str, **form: str) -> Callable[[Here], Ask]:
    return lambda here: Ask(_filled(path, here), "POST", {key: _filled(text, here) for key, text in form.items()})


def _filled(text: str, here: Here) -> str:
    """`{there}`, `{module}`, `{id}`, `{version}`, `{find}` and the ids of the world in it."""
    known = {key: str(id) for key, id in {**here.world.ids, **here.target.more}.items()}
    mine = {"firm": str(here.target.firm), "there": here.there, "module": here.module, "id": str(here.id)}
    mine |= {"find": here.target.find}
    more = {"version": str(here.target.record.version), "budget": here.target.budget, "margin": here.target.margin}
    for key, value in {**known, **mine, **more, "title": here.target.record.title}.items():
        text = text.replace("{" + key + "}", value)
    return text
