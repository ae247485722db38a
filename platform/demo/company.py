"""The company that works with the demo: its teams by role group, who logs in, and everybody who works there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from hanok.demo.drafts import Draft, Ref, filled

#: By key: name and role group.
TEAMS = {
    "sales_one": ("영업1팀", "sales"), "sales_two": ("영업2팀", "sales"), "marketing": ("마케팅팀", "marketing"),
    "support": ("고객지원팀", "support"),
}  # fmt: skip
#: What the teams of a role group may do.
ROLES = {"sales": ("sales_rep",), "marketing": ("viewer",), "support": ("support_agent",)}
DEPARTMENTS = {"sales": "영업팀", "marketing": "마케팅팀", "support": "고객지원팀"}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here. `username` is "" for who does not log in, `team` "" above all teams; `hired` counts
    the days until today, `manager` is the number of another one, who stands before."""

    number: str
    last: str
    first: str
    post: str
    team: str = ""
    username: str = ""
    manager: str = ""
    hired: int = 400


COLLEAGUES = (
    Colleague("H-0001", "윤", "재호", "대표이사", hired=5200),
    Colleague("H-0004", "서", "지원", "영업본부장", manager="H-0001", hired=4100),
    Colleague("H-0012", "이", "서연", "차장", "sales_one", "seoyeon.lee", "H-0004", 2900),
    Colleague("H-0021", "김", "하늘", "과장", "sales_one", "haneul.kim", "H-0012", 1800),
    Colleague("H-0019", "최", "민지", "과장", "sales_two", "minji.choi", "H-0004", 2050),
    Colleague("H-0033", "박", "준호", "대리", "sales_two", "junho.park", "H-0019", 900),
    Colleague("H-0027", "한", "유나", "과장", "marketing", "yuna.han", "H-0001", 1300),
    Colleague("H-0030", "정", "다은", "대리", "support", "daeun.jung", "H-0001", 1100),
    Colleague("H-0041", "오", "태경", "사원", "support", manager="H-0030", hired=160),
)
USERS = tuple(one for one in COLLEAGUES if one.username)
SALES = tuple(one.username for one in USERS if TEAMS[one.team][1] == "sales")


def company(today: date) -> Iterator[Draft]:
    """Teams, users and employees, each after those that it refers to."""
    for key, (name, group) in TEAMS.items():
        yield Draft("team", key, {"key": key, "name": name, "role_group": group}, ROLES[group])
    for one in USERS:
        values = {
            "username": one.username, "last_name": one.last, "first_name": one.first, "job_title": one.post,
            "team": Ref(one.team), "department": _department(one), "email": _email(one),
        }  # fmt: skip
        yield Draft("user", one.username, values)
    for place, one in enumerate(COLLEAGUES):
        yield Draft("employee", one.number, filled(_employed(one, place, today)))


def _employed(one: Colleague, place: int, today: date) -> dict[str, object]:
    return {
        "number": one.number, "last_name": one.last, "first_name": one.first, "job_title": one.post,
        "department": _department(one), "team": Ref(one.team) if one.team else None, "email": _email(one),
        "manager": Ref(one.manager) if one.manager else None, "user": Ref(one.username) if one.username else None,
        "hired": (today - timedelta(days=one.hired)).isoformat(), "phone": f"02-2039-{1100 + place}",
        "mobile": f"010-2039-{4100 + 17 * place}",
    }  # fmt: skip


def _department(one: Colleague) -> str | None:
    return DEPARTMENTS[TEAMS[one.team][1]] if one.team else None


def _email(one: Colleague) -> str | None:
    return f"{one.username}@hanok.example" if one.username else None
