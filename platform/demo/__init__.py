"""Records to try the product with: firms, people, deals, tasks and cases that could be somebody's.

`generate` is pure: the same count, seed and day give the same records. `load_demo` writes them as an actor would.
"""

from hanok.demo.drafts import Draft, Ref
from hanok.demo.generator import amounts, generate
from hanok.demo.loading import load_demo

__all__ = ["Draft", "Ref", "amounts", "generate", "load_demo"]
