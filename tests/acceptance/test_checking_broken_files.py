"""Whatever is wrong with the files of a site, `hanok check` says so and changes nothing."""

from __future__ import annotations

from tests.acceptance.conftest import House
from tests.acceptance.contents import tables
from tests.evidence import Evidence, sizes
from tests.sweeps.broken import Broken


@sizes(sample=1, full=25)
def test_the_command_says_it_and_changes_nothing(house: House, evidence: Evidence, size: int) -> None:
    before = tables(house.database)
    for _ in range(size):
        broken = Broken(evidence.random)
        site = {file.partition("/")[2]: text for file, text in broken.texts.items()}
        written = [house.write(file, "") for file in site]
        for path, text in zip(written, site.values(), strict=True):
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        done = house.hanok("check")
        assert done.code in (0, 1), done.said
        assert "Traceback" not in done.said
        assert done.code == 0 or f"{house.folder}/metadata/" in done.err, done.said
        assert tables(house.database) == before
        for path in written:
            path.unlink()
        evidence.count(f"hanok check, exit code {done.code}")
