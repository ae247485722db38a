"""The one on whose behalf something is done."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

#: The role key that is built in: whoever has it may do everything.
ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Behind:
    """The administrator who is logged in as somebody else."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Because:
    """The run of a workflow that does something; `depth` is how many runs led to it."""

    run: UUID
    depth: int


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system, without id) with the roles that were granted. `zone` is an IANA name; `teams`
    and `groups` are the ids of the teams and security groups that the person is in.

    `scopes` are what of these rights a token carries, None where it is no token that acts; `by` is the administrator
    who is logged in as this person. `cause` is the run that acts; `imports` says that what is saved comes from a file.
    """

    id: UUID | None
    username: str
    title: str
    admin: bool = False
    roles: tuple[str, ...] = ()
    language: str = ""
    zone: str = ""
    teams: tuple[UUID, ...] = ()
    groups: tuple[UUID, ...] = ()
    scopes: tuple[str, ...] | None = None
    by: Behind | None = None
    cause: Because | None = None
    imports: bool = False

    @property
    def governs(self) -> bool:
        """Whether she may run the site: an administrator herself, never a token of hers, never somebody in her place.

        `admin` says which records she may see and change; whatever else administrators may do asks for this.
        """
        return self.admin and self.scopes is None and self.by is None

    def __str__(self) -> str:
        return self.title or self.username


#: Acts where nobody asked: deploys, imports from the command line, demo data.
SYSTEM = Actor(id=None, username="system", title="System", admin=True)
