"""Where a run is: the lists of steps that it is in, one within the other, and what comes next in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any
from uuid import UUID

from hanok.engine.catalog.behaviour import Step
from hanok.engine.fields import Linked


@dataclass(slots=True)
class Frame:
    """A list of steps under way. `way` are the keys that lead to it from the frame above; `at` is the step to come.

    With `subjects` the steps are done for each of them in turn; `turn` is whose it is.
    """

    way: str = ""
    at: int = 0
    subjects: tuple[Linked, ...] | None = None
    turn: int = 0

    @property
    def ended_round(self) -> bool:
        """Whether others have their turn still."""
        return self.subjects is not None and self.turn + 1 < len(self.subjects)


@dataclass(slots=True)
class Course:
    """The way of one run through the steps of its workflow. `held` is what a step kept that paused."""

    do: tuple[Step, ...]
    frames: list[Frame] = also(default_factory=lambda: [Frame()])
    held: Any = None
    number: int = 0
    tries: int = 0
    asked: Any = None

    def step(self) -> Step | None:
        """The step to come; None at the end of all."""
        while self.frames:
            top, steps = self.frames[-1], self._steps(len(self.frames))
            empty = top.subjects is not None and not top.subjects
            if top.at < len(steps) and not empty:
                return steps[top.at]
            if top.ended_round:
                top.turn, top.at = top.turn + 1, 0
                continue
            self.frames.pop()
            if self.frames:
                self.frames[-1].at += 1
        return None

    def _steps(self, depth: int) -> Sequence[Step]:
        """The steps of a frame."""
        steps: Sequence[Step] = self.do
        for above, below in zip(self.frames, self.frames[1:depth], strict=False):
            steps = steps[above.at].steps[below.way]
        return steps

    @property
    def path(self) -> str:
        """Where the step to come stands: `do.2.branch.0.do.1`, with the number of the turn in `each`."""
        steps: Sequence[Step] = self.do
        words: list[str] = ["do", str(self.frames[0].at)]
        for above, below in zip(self.frames, self.frames[1:], strict=False):
            inside = steps[above.at]
            turn = below.turn if below.subjects is not None else below.way
            words += [inside.kind, str(turn), "do", str(below.at)]
            steps = inside.steps[below.way]
        return ".".join(words)

    @property
    def subject(self) -> Linked | None:
        """The record whose turn it is, within `each`; None where the steps are about the record of the run."""
        for frame in reversed(self.frames):
            if frame.subjects is not None:
                return frame.subjects[frame.turn]
        return None

    def enter(self, way: str, subjects: tuple[Linked, ...] | None) -> None:
        self.frames.append(Frame(way, 0, subjects))
        self.held, self.asked, self.tries = None, None, 0

    def past(self) -> None:
        """Goes on behind the step."""
        self.frames[-1].at += 1
        self.held, self.asked, self.tries = None, None, 0

    # -- as JSON ---------------------------------------------------------------------------------------------------
    def kept(self) -> dict[str, Any]:
        frames = [
            {"way": each.way, "at": each.at, "turn": each.turn, "subjects": None if each.subjects is None else [
                [one.module, str(one.id), one.title] for one in each.subjects
            ]} for each in self.frames
        ]  # fmt: skip
        return {"frames": frames, "held": self.held, "number": self.number, "tries": self.tries, "asked": self.asked}

    @classmethod
    def of(cls, do: tuple[Step, ...], kept: Mapping[str, Any]) -> Course:
        frames = [
            Frame(each["way"], each["at"], None if each["subjects"] is None else tuple(
                Linked(module, UUID(id), title) for module, id, title in each["subjects"]
            ), each["turn"]) for each in kept["frames"]
        ]  # fmt: skip
        return cls(do, frames, kept["held"], kept["number"], kept["tries"], kept["asked"])
