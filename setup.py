"""Maps the folders of the house onto the import package `hanok` (see docs/explanation)."""

from setuptools import find_namespace_packages, setup

rooms = ["hanok"] + [f"hanok.{name}" for name in find_namespace_packages("platform", exclude=["web.static*", "web.templates*"])]

setup(
    packages=[*rooms, "hanok.metadata"],
    package_dir={"hanok": "platform", "hanok.metadata": "metadata"},
    package_data={
        "hanok": ["**/*.html", "**/*.yaml", "**/*.po", "**/*.css", "**/*.js", "**/*.svg", "**/*.woff2", "**/*.sql", "**/*.mako"],
        "hanok.metadata": ["**/*.yaml"],
    },
)
