"""The commands `import` and `export`, as somebody types them."""

import json
import os
from pathlib import Path

import pytest

from tests.forked import run

HEADINGS = "이름,업종,직원 수\n"


def typed(site: Path, *words: str | Path, language: str = "en") -> tuple[int, str, str]:
    """Exit code, what was printed, what was complained."""
    env = {**os.environ, "HANOK_LANGUAGE": language, "LC_ALL": "C.UTF-8"}
    done = run(["--site", site, *words], env=env)
    assert "Traceback" not in done.err
    return done.code, done.out, done.err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "거래처.csv"
    found.write_bytes(f"{HEADINGS}한빛전자,전자·반도체,120\n가온물류,,8\n".encode("cp949"))
    return found


def test_a_dry_run_shows_what_an_import_does(site: Path, file: Path) -> None:
    code, said, _ = typed(site, "import", file, "--module", "account", "--dry-run", language="ko")
    assert code == 0
    assert said.splitlines() == [
        "2행: 새로 만듦: 한빛전자",
        "3행: 새로 만듦: 가온물류",
        "새로 만듦 2건, 변경 0건, 그대로 0건, 실패 0건. 아직 아무것도 저장하지 않았습니다.",
    ]
    assert typed(site, "import", file, "--module", "account")[1] == "2 new, 0 changed, 0 unchanged, 0 failed.\n"
    file.write_text(f"{HEADINGS}한빛전자,전자·반도체,121\n가온물류,,8\n", encoding="utf-8")
    code, said, _ = typed(site, "import", file, "--module", "account", "--key", "이름", "--dry-run", language="ko")
    assert (code, said.splitlines()[0]) == (0, "2행: 한빛전자: 직원 수: 120 → 121")
    assert "변경 1건, 그대로 1건" in said


def test_wrong_rows_are_told_and_kept_in_a_file(site: Path, file: Path, tmp_path: Path) -> None:
    file.write_text(f"{HEADINGS}한빛전자,농사,x\n,,1\n가온물류,,8\n", encoding="utf-8")
    wrong = tmp_path / "wrong.csv"
    code, said, complained = typed(site, "import", file, "--module", "account", "--errors", wrong)
    assert code == 1 and "2 rows failed, so nothing was written." in said
    assert complained.splitlines() == [
        "Row 2: 업종: “농사” is none of the options.",
        "Row 2: 직원 수: This must be a number, such as 1,234.5.",
        "Row 3: 이름: This is required.",
    ]
    assert wrong.read_text(encoding="utf-8-sig").splitlines()[::2] == [
        "이름,업종,직원 수,Row,Reason", ",,1,3,이름: This is required.",
    ]  # fmt: skip
    code, said, _ = typed(site, "import", file, "--module", "account", "--skip-errors", "--json")
    told = json.loads(said)
    assert (code, told["new"], told["failed"], told["written"]) == (1, 1, 2, True)
    assert told["errors"][2] == {"row": 3, "column": "이름", "message": "This is required."}


def test_headings_that_fit_nothing_are_listed_with_what_to_do(site: Path, file: Path) -> None:
    file.write_text("이름,직원수,메모장\n한빛전자,1,x\n", encoding="utf-8")
    code, _, complained = typed(site, "import", file, "--module", "account", language="ko")
    assert code == 1
    assert complained.splitlines()[:2] == [
        "직원수: “직원수”라는 필드가 없습니다. “직원 수”를 뜻하셨습니까?",
        "메모장: “메모장”이라는 필드가 없습니다.",
    ]
    assert "--map" in complained.splitlines()[2]
    code, said, _ = typed(
        site, "import", file, "--module", "account", "--map", "직원수=employees", "--ignore", "메모장"
    )
    assert (code, said) == (0, "1 new, 0 changed, 0 unchanged, 0 failed.\n")


def test_an_export_is_read_back_unchanged(site: Path, file: Path, tmp_path: Path) -> None:
    typed(site, "import", file, "--module", "account")
    for name in ("out.csv", "out.xlsx"):
        assert typed(site, "export", "--module", "account", "--out", tmp_path / name)[0] == 0
        code, said, _ = typed(site, "import", tmp_path / name, "--module", "account", "--key", "id")
        assert (code, said) == (0, "0 new, 0 changed, 2 unchanged, 0 failed.\n")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["import", "none.csv", "--module", "account"], 1, "There is no file none.csv."),
        (["import", "none.csv", "--module", "acount"], 1, "There is no module acount."),
        (["import", "none.csv"], 2, "Missing option '--module'"),
        (["import", "none.csv", "--module", "account", "--as", "nobody"], 1, "There is no active user nobody."),
        (["export", "--module", "account", "--out", "out.pdf"], 1, "must end with .csv or .xlsx"),
        (["export", "--module", "account", "--out", "o.csv", "--language", "fr"], 1, "There is no language fr"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(site: Path, words: list[str], code: int, sentence: str) -> None:
    found, _, complained = typed(site, *words)
    assert found == code and sentence in complained


def test_somebody_imports_with_her_own_rights(site: Path, file: Path) -> None:
    assert typed(site, "user", "add", "jihye", "--role", "sales_rep")[0] == 0
    code, _, complained = typed(site, "import", file, "--module", "account", "--as", "jihye")
    assert (code, complained) == (1, "You may not import records of this kind.\n")
