"""What is in the wheel and the sdist, and that they install."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "fairgate": "libs",
    "fairgate_badges": "libs",
    "fairgate_forms": "libs",
    "fairgate_marks": "libs",
    "fairgate_papers": "libs",
    "fairgate_rest": "libs",
    "fairgate_tables": "libs",
    "fee_gate": "xblocks",
    "fee_payments": "plugins",
    "partner_badge": "xblocks",
    "partnerships": "plugins",
    "revenue_share": "plugins",
    "waiver_policy": "plugins",
}
# Folders whose files are used while the suite runs, and are not Python.
FOLDERS = ("static", "templates", "data", "locale", "fonts")
NOT_WANTED = re.compile(r"(^|/)(tests?/|test_|readme)", re.IGNORECASE)

USES_EVERYTHING = """
import sys
sys.path.append(sys.argv[1])
import django
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template.loader import get_template

import fairgate, fairgate_papers, fee_gate, partner_badge
from fairgate.money import Money

settings.configure(
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.staticfiles",
        "waiver_policy", "fee_payments", "partnerships", "revenue_share", "fee_gate", "fairgate",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    STATIC_URL="/static/",
    USE_TZ=True,
)
django.setup()
call_command("migrate", verbosity=0)
get_template("fairgate/base.html")
assert not fairgate_papers.missing_glyphs("A я ع 中 न")
assert finders.find("fairgate/fairgate.css")
print(fairgate.__file__, Money("1.00", "USD"), sep="\\n")
"""


def files_in_the_tree() -> set[str]:
    """Every file of our packages, by its place in the wheel."""
    return {
        path.relative_to(ROOT / root).as_posix()
        for package, root in PACKAGES.items()
        for path in (ROOT / root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def belongs_in_the_wheel(name: str) -> bool:
    inside = PurePosixPath(*PurePosixPath(name).parts[1:]).as_posix()
    in_folder = any(f"{folder}/" in inside for folder in FOLDERS)
    return name.endswith((".py", "/py.typed")) or in_folder


def test_the_wheel_holds_our_packages(wheel_files):
    assert {name.split("/")[0] for name in wheel_files} == set(PACKAGES)


def test_the_wheel_holds_code_and_the_files_it_uses_and_nothing_else(wheel_files):
    assert wheel_files == {name for name in files_in_the_tree() if belongs_in_the_wheel(name)}


def test_the_wheel_holds_static_files_templates_data_migrations_and_fonts(wheel_files):
    folders = {part for name in wheel_files for part in PurePosixPath(name).parts[1:-1]}

    assert {"static", "templates", "data", "migrations", "fonts"} <= folders


def test_the_wheel_holds_no_tests_and_no_readme(wheel_files):
    assert not [
        name for name in wheel_files if re.search(r"(^|/)(tests?/|test_|readme)", name, re.I)
    ]


def test_every_package_says_that_it_is_typed(wheel_files):
    assert {f"{package}/py.typed" for package in PACKAGES} <= wheel_files


def test_the_sdist_holds_what_builds_and_nothing_of_demo_and_tests(built):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"setup.py", "pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md"} <= names
    assert not [name for name in names if name.startswith(("tests/", "demo/", "benchmarks/", "."))]


def test_the_metadata_asks_for_lower_bounds_only(wheel):
    with zipfile.ZipFile(wheel) as archive:
        text = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        facts = HeaderParser().parsestr(archive.read(text).decode())
    required = [line for line in facts.get_all("Requires-Dist") if "extra ==" not in line]

    assert facts["Name"] == "openedx-fairgate"
    assert facts["Requires-Python"] == ">=3.11"
    assert not [line for line in required if re.search(r"<|==|~=|!=", line)]
    assert {re.split(r"[^\w-]", line)[0].lower() for line in required} == {
        "django",
        "xblock",
        "edx-opaque-keys",
        "requests",
        "django-countries",
        "pillow",
        "cryptography",
        "pypdf",
        "djangorestframework",
        "drf-spectacular",
        "typst",
        "xlsxwriter",
    }


@pytest.mark.parametrize("name", ["pyyaml", "lxml"])
def test_xblock_brings_what_we_import_and_do_not_require_again(name):
    assert name in {line.lower() for line in metadata.requires("XBlock") or ()}


@pytest.mark.parametrize("group", ["lms.djangoapp", "cms.djangoapp"])
def test_lms_and_studio_find_our_django_apps(group):
    found = ours(group)

    assert set(found) == {
        "fee_gate",
        "fee_payments",
        "partnerships",
        "revenue_share",
        "waiver_policy",
    }
    assert [entry.load().name for entry in found.values()] == list(found)
    assert [entry.load().label for entry in found.values()] == list(found)


def test_the_blocks_are_found_by_their_names():
    found = ours("xblock.v1")

    assert {name: entry.load().__name__ for name, entry in found.items()} == {
        "fee_gate": "FeeGateXBlock",
        "partner_badge": "PartnerBadgeXBlock",
    }


def test_the_platform_finds_the_partition_of_the_gate():
    scheme = ours("openedx.user_partition_scheme")["fee_gate"].load()
    generator = ours("openedx.dynamic_partition_generator")["fee_gate"].load()

    assert scheme.__name__ == "FeeGatePartitionScheme"
    assert callable(generator)


def test_the_wheel_installs_and_works_where_the_tree_is_not(wheel, tmp_path):
    # given
    python = fresh_python(tmp_path)
    run(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel))

    # when
    answer = run(python, "-c", USES_EVERYTHING, sysconfig.get_paths()["purelib"])

    # then
    where, amount = answer.splitlines()
    assert Path(where).is_relative_to(tmp_path)
    assert amount == "USD 1.00"


def test_an_editable_install_reads_the_tree(source, tmp_path):
    # given
    python = fresh_python(tmp_path)
    env = {**os.environ, "PYTHONPATH": str(only_setuptools(tmp_path / "backend"))}
    command = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]

    # when
    run(python, *command, "--editable", str(source), env=env)

    # then
    says = "import fairgate, waiver_policy as w; print(fairgate.__file__, w.__file__, sep='\\n')"
    places = run(python, "-c", says).splitlines()
    assert [Path(place).relative_to(source).parts[:2] for place in places] == [
        ("libs", "fairgate"),
        ("plugins", "waiver_policy"),
    ]


def ours(group: str) -> dict[str, metadata.EntryPoint]:
    """The entry points of a group that come with our distribution, in alphabetical order."""
    entries = metadata.distribution("openedx-fairgate").entry_points.select(group=group)
    return {entry.name: entry for entry in sorted(entries, key=lambda entry: entry.name)}


def fresh_python(folder: Path) -> str:
    """The interpreter of a new virtual environment that has nothing but pip."""
    venv.create(folder / "venv", with_pip=True, symlinks=os.name != "nt")
    return str(folder / "venv" / "bin" / "python")


def only_setuptools(folder: Path) -> Path:
    """A folder for the module path with the build backend of this environment and nothing else."""
    folder.mkdir()
    for path in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if path.name.startswith(("setuptools", "wheel", "pkg_resources", "_distutils_hack")):
            (folder / path.name).symlink_to(path)
    return folder


def run(*command: str, env: dict[str, str] | None = None) -> str:
    """What a command prints; the working directory lends it no module."""
    folder = Path(sys.executable).parent
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
