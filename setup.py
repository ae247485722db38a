"""Maps the folders of the house onto the import package `hanok` (why: docs/decisions/0002-folders-and-packages.md)."""

from pathlib import Path

from setuptools import find_namespace_packages, setup
from setuptools.command.build_py import build_py

NOT_ROOMS = ["*__pycache__*", "*.static*", "*.templates*", "*.translations*"]
DATA = ("html", "yaml", "po", "css", "js", "svg", "png", "ico", "webmanifest", "woff2", "txt", "json", "sql", "mako")
VENDOR = Path(__file__).parent / "platform" / "web" / "static" / "vendor" / "stamp"


class Build(build_py):
    """Refuses to build a wheel without the browser libraries in it."""

    def run(self) -> None:
        if not self.editable_mode and not VENDOR.is_file():
            raise SystemExit("The browser libraries are missing: run `make vendor` first, then build again.")
        super().run()


rooms = ["hanok", *(f"hanok.{name}" for name in find_namespace_packages("platform", exclude=NOT_ROOMS))]

setup(
    packages=[*rooms, "hanok.metadata"],
    package_dir={"hanok": "platform", "hanok.metadata": "metadata"},
    package_data={
        "hanok": [f"**/*.{ending}" for ending in DATA],
        "hanok.metadata": ["**/*.yaml"],
    },
    include_package_data=False,
    cmdclass={"build_py": Build},
)
