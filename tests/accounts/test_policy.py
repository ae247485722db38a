"""What a new password has to be: long, not common, not a name; nothing else."""

from __future__ import annotations

import pytest

from hanok.engine.accounts import Policy, password_faults, policy_of, words_about
from hanok.engine.accounts import policy as house
from hanok.engine.catalog import Catalog

WORDS = words_about(None, "haneul.kim", "haneul@daon-trading.example")


@pytest.mark.parametrize(
    "text",
    ["password", "PASSWORD1", "Ｐassword１", "1q2w3e4r", "qlalfqjsgh", "a" * 12, "ㅋ" * 8, " sunshine "],
)
def test_common_passwords_are_refused(text: str) -> None:
    assert password_faults(text)
    assert not password_faults(text, Policy(common=False))


@pytest.mark.parametrize(
    "text", ["haneul.kim", "Haneul.Kim24", "haneul2024", "haneulhaneul", "daon-trading!", "hanok-crm", "Hanok2026"]
)
def test_names_with_a_little_around_them_are_refused(text: str) -> None:
    assert password_faults(text, words=WORDS)


@pytest.mark.parametrize(
    "text",
    ["haneul likes green tiles", "달빛 아래 기와집", "correct horse battery", "p4ssw0rdless!x", "hanok by the moon"],
)
def test_long_ones_of_any_letters_are_taken(text: str) -> None:
    assert not password_faults(text, words=WORDS)


def test_a_site_may_ask_for_longer_ones_and_never_for_shorter_than_eight() -> None:
    assert password_faults("gray heron 7", policy_of({"password_length": 15}))
    assert not password_faults("gray heron 7 by the lake", policy_of({"password_length": 15}))
    assert policy_of({"password_length": 3}).shortest == 8
    assert policy_of({"password_length": 9999}).shortest == 256
    assert policy_of({"password_common": False}).common is False
    assert policy_of({}) == Policy()


def test_the_names_are_hers_and_the_sites(catalog: Catalog) -> None:
    words = words_about(catalog, "mina", "mina.kim@example.com")
    assert {"mina", "mina.kim@example.com", "mina.kim", "example", "hanok"} <= set(words)
    assert set(catalog.app.name.values()) <= set(words)
    assert "" not in words_about(None, "", "")


def test_the_list_of_common_ones_has_none_that_length_refuses_anyway() -> None:
    common = house._common()
    assert len(common) > 1900
    assert not [one for one in common if len(one) < 8 or one.startswith("#") or one != one.casefold()]
