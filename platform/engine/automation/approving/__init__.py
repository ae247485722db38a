"""Approvals: what a run waits for that people decide, each with a yes or a no and a comment."""

from hanok.engine.automation.approving.asking import ask, ask_others, expire
from hanok.engine.automation.approving.deciding import decide, delegate
from hanok.engine.automation.approving.waiting import Approval, Voice, approval_of, open_approvals

__all__ = [
    "Approval", "Voice", "approval_of", "ask", "ask_others", "decide", "delegate", "expire", "open_approvals",
]  # fmt: skip
