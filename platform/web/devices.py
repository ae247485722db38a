"""What a browser calls itself, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from hanok.engine.errors import Message, say

#: A sign of each and its name; the first that fits: most call themselves Chrome and Safari, too.
BROWSERS = (
    ("KAKAOTALK", "KakaoTalk"), ("NAVER(", "Naver"), ("Whale/", "Whale"), ("SamsungBrowser/", "Samsung Internet"),
    ("Edg", "Edge"), ("OPR/", "Opera"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"), ("python", "Python"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
MOBILE = frozenset({"iPhone", "iPad", "Android"})


@dataclass(frozen=True, slots=True)
class Device:
    """A browser on a system, each "" where nobody knows."""

    browser: str
    system: str

    @property
    def name(self) -> Message:
        if self.browser and self.system:
            return say("{browser} on {system}", browser=self.browser, system=self.system)
        known = self.browser or self.system
        return Message(known) if known else say("Unknown device")

    @property
    def icon(self) -> str:
        return "device-mobile" if self.system in MOBILE else "world"


def device_of(agent: str) -> Device:
    """What the header `User-Agent` says; browsers may say what they like."""
    return Device(_first(BROWSERS, agent), _first(SYSTEMS, agent))


def _first(known: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for sign, name in known if sign in agent), "")
