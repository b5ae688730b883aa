"""What the plugin makes of the files of each Tutor release. Run by ``make test-tutor``.

The commands are Tutor's own, in the environments that make installed; a stand-in for ``docker``
writes down what Tutor would have a container do.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RELEASES = ("20", "21", "22")
APPS = ("waiver_policy", "fee_payments", "partnerships", "revenue_share", "fee_gate")
PERIODIC = (
    "fee_payments_settle",
    "revenue_share_catch_up",
    "waiver_policy_daily",
    "fee_payments_invoices",
    "partnerships_remind",
    "revenue_share_statements --mail",
)
CMS_CHECK = "cms check --tag fairgate"
COURSE = "course-v1:ATC+SPECTRUM101+2026_T4"
REQUIREMENT = "openedx-fairgate==0.1.0"
DOCKER = """#!/bin/sh
for argument; do printf "%s\\n" "$argument"; done >> "$DOCKER_LOG"
case " $* " in *" ls "*) echo "[]" ;; esac  # Tutor asks which projects run
"""


@dataclass(frozen=True)
class Tutor:
    """One project of Tutor: a release, and a root of its own."""

    release: str
    root: Path

    @property
    def env(self) -> Path:
        return self.root / "env"

    def run(self, *arguments: str, fails: bool = False) -> str:
        """What a command says; that it fails only where it should is checked."""
        done = subprocess.run(
            [ROOT / f"build/tutor-{self.release}/bin/tutor", *arguments],
            env={
                "HOME": str(self.root),
                "PATH": f"{self.root}/bin:{os.defpath}",
                "TUTOR_ROOT": str(self.root),
                "TUTOR_PLUGINS_ROOT": str(self.root / "no-plugins"),
                "DOCKER_LOG": str(self.root / "docker.log"),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def configure(self, **values: object) -> None:
        """Write values into config.yml, as an operator does, and render."""
        with (self.root / "config.yml").open("a", encoding="utf-8") as file:
            file.write(yaml.safe_dump(values))
        self.run("config", "save")

    def text(self, path: str) -> str:
        return (self.env / path).read_text(encoding="utf-8")

    def files(self, under: str = ".") -> dict[str, str]:
        """Every rendered file below a folder, by its path."""
        return {
            path.relative_to(self.env).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted((self.env / under).rglob("*"))
            if path.is_file()
        }

    def copied_to(self, root: Path) -> Tutor:
        """The same project in another root."""
        shutil.copytree(self.root, root)
        return Tutor(release=self.release, root=root)

    def docker_was_asked(self, *arguments: str) -> str:
        """What a container would be asked to do by this command."""
        log = self.root / "docker.log"
        log.unlink(missing_ok=True)
        self.run(*arguments)
        return log.read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=RELEASES)
def untouched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tutor:
    """A project that does not know Fairgate; nothing changes it."""
    tutor = Tutor(release=request.param, root=tmp_path_factory.mktemp(f"tutor-{request.param}"))
    docker = tutor.root / "bin/docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER, encoding="utf-8")
    docker.chmod(0o755)
    (tutor.root / "config.yml").write_text("PLUGINS: []\n", encoding="utf-8")
    tutor.run("config", "save")
    return tutor


@pytest.fixture(scope="module")
def enabled(untouched: Tutor, tmp_path_factory: pytest.TempPathFactory) -> Tutor:
    """A project with Fairgate, as it is without any configuration; nothing changes it."""
    tutor = untouched.copied_to(tmp_path_factory.mktemp("enabled") / "root")
    tutor.run("plugins", "enable", "fairgate")
    return tutor


@pytest.fixture
def before(untouched: Tutor, tmp_path: Path) -> Tutor:
    """A project without Fairgate, for one test."""
    return untouched.copied_to(tmp_path / "root")


@pytest.fixture
def tutor(enabled: Tutor, tmp_path: Path) -> Tutor:
    """A project with Fairgate, for one test."""
    return enabled.copied_to(tmp_path / "root")


def test_tutor_is_of_the_release_it_is_tested_as(enabled):
    assert f"version {enabled.release}." in enabled.run("--version")


def test_disabled_again_it_leaves_no_trace(before):
    # given
    files, config = before.files(), (before.root / "config.yml").read_text(encoding="utf-8")

    # when
    before.run("plugins", "enable", "fairgate")
    enabled = before.files()
    before.run("plugins", "disable", "fairgate")

    # then
    assert enabled != files
    assert before.files() == files
    assert (before.root / "config.yml").read_text(encoding="utf-8") == config


def test_the_image_gets_the_suite_after_the_platforms_requirements(enabled):
    dockerfile = enabled.text("build/openedx/Dockerfile")
    platform, suite = (
        dockerfile.index(text) for text in ("/requirements/edx/base.txt -r", f"'{REQUIREMENT}'")
    )

    assert platform < suite < dockerfile.index("AS nodejs-requirements")
    assert dockerfile.count(REQUIREMENT) == 1


def test_the_suite_is_installed_under_the_versions_that_are_there(enabled):
    (line,) = (text for text in dockerfile_of(enabled).splitlines() if REQUIREMENT in text)

    assert "--constraint /tmp/platform.txt" in line


def test_an_operator_may_name_another_source(tutor):
    source = "openedx-fairgate @ git+https://git.example/fairgate.git@main"

    tutor.configure(FAIRGATE_PIP_REQUIREMENT=source)

    assert f"'{source}'" in dockerfile_of(tutor)
    assert REQUIREMENT not in dockerfile_of(tutor)


@pytest.mark.parametrize("folder", ["fairgate", "openedx-fairgate"])
def test_a_mounted_checkout_is_installed_instead(tutor, folder):
    # given
    checkout = tutor.root / folder
    checkout.mkdir()

    # when
    tutor.run("mounts", "add", str(checkout))

    # then
    assert dockerfile_of(tutor).count(f'install -e "/mnt/{folder}"') == 2
    assert REQUIREMENT not in dockerfile_of(tutor)
    assert f"{checkout}:/mnt/{folder}" in tutor.text("local/docker-compose.yml")


def test_a_folder_of_another_name_is_no_checkout(tutor):
    other = tutor.root / "fairgate-theme"
    other.mkdir()

    tutor.run("mounts", "add", str(other))

    assert "/mnt/fairgate" not in dockerfile_of(tutor)
    assert REQUIREMENT in dockerfile_of(tutor)


def test_settings_reach_the_lms_and_studio(tutor):
    # given
    settings = {
        "FEE_GATE_PARTITION_IDS": [60, 61],
        "FEE_PAYMENTS_PROVIDERS": {"bank": "our.providers.Bank"},
        "PARTNERSHIPS_HOST_NAME": "L’Union: “A & B”",
        "WAIVER_POLICY_OPEN_APPLICATIONS": 3,
    }

    # when
    tutor.configure(FAIRGATE_SETTINGS=settings)

    # then
    assert settings.items() <= environment(tutor, "lms").items()
    assert settings.items() <= environment(tutor, "cms").items()


@pytest.mark.parametrize("service", ["lms", "cms"])
def test_no_setting_is_rendered_that_nobody_made(untouched, enabled, service):
    assert environment(enabled, service) == environment(untouched, service)
    assert enabled.files("apps/openedx/settings") == untouched.files("apps/openedx/settings")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"FEES": 1}, "FAIRGATE_SETTINGS names FEES, which is no setting of Fairgate."),
        (["FEE_GATE_X"], "FAIRGATE_SETTINGS must be a mapping of setting names to values."),
    ],
)
def test_what_is_no_setting_of_ours_is_refused(tutor, settings, sentence):
    # given
    before = tutor.files()
    config = yaml.safe_load((tutor.root / "config.yml").read_text(encoding="utf-8"))
    (tutor.root / "config.yml").write_text(
        yaml.safe_dump({**config, "FAIRGATE_SETTINGS": settings}), encoding="utf-8"
    )

    # when
    said = tutor.run("config", "save", fails=True)

    # then
    assert sentence in said
    assert tutor.files() == before


def test_init_migrates_every_app_and_nothing_else(enabled):
    asked = enabled.docker_was_asked("local", "do", "init", "--limit=fairgate")

    assert re.findall(r"manage\.py (.+)", asked) == [f"lms migrate {app}" for app in APPS]
    assert "lms-job" in asked.splitlines()


@pytest.mark.parametrize(
    ("job", "commands"),
    [
        (["fairgate-check"], ["lms check --tag fairgate --database default", CMS_CHECK]),
        (["fairgate-catch-up"], [f"lms {name} || failed=1" for name in PERIODIC]),
        (["fairgate-recompute"], ["lms fee_gate_recompute"]),
        (["fairgate-recompute", COURSE], [f"lms fee_gate_recompute {COURSE}"]),
    ],
    ids=" ".join,
)
def test_a_job_runs_these_commands(enabled, job, commands):
    asked = enabled.docker_was_asked("local", "do", *job)

    assert re.findall(r"manage\.py (.+)", asked) == commands


def test_what_fails_when_catching_up_does_not_stop_the_rest(enabled):
    script = enabled.docker_was_asked("local", "do", "fairgate-catch-up")

    assert script.index("failed=0") < script.index("|| failed=1") < script.index("exit $failed")


def test_a_cluster_runs_what_is_due_every_few_minutes(enabled):
    (job,) = cron_jobs(enabled)
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]

    assert job["spec"]["schedule"] == "*/5 * * * *"
    assert container["args"][:2] == ["sh", "-c"]
    assert "./manage.py lms fee_payments_settle || failed=1\n" in container["args"][2]
    assert container["image"] == worker(enabled)["image"]
    assert container["env"] == worker(enabled)["env"]
    assert container["volumeMounts"] == worker(enabled)["volumeMounts"]


def test_an_operator_may_schedule_it_themselves(tutor):
    tutor.configure(FAIRGATE_K8S_SCHEDULE="")

    assert cron_jobs(tutor) == []


def test_without_the_micro_frontends_there_is_nothing_to_fill(tutor):
    tutor.configure(FAIRGATE_MFE_PACKAGE="@operator/fairgate-slots")

    assert not [path for path, text in tutor.files().items() if "@operator" in text]


def test_the_micro_frontends_stay_as_they_are_as_long_as_no_package_is_named(before):
    # given
    before.run("plugins", "enable", "mfe")
    alone = before.files("plugins/mfe")

    # when
    before.run("plugins", "enable", "fairgate")

    # then
    assert "plugins/mfe/build/mfe/env.config.jsx" in alone
    assert before.files("plugins/mfe") == alone


@pytest.fixture(scope="module")
def with_package(enabled: Tutor, tmp_path_factory: pytest.TempPathFactory) -> Tutor:
    """A project with the micro-frontends, whose operator named a package for their slots."""
    tutor = enabled.copied_to(tmp_path_factory.mktemp("with-package") / "root")
    tutor.run("plugins", "enable", "mfe")
    tutor.configure(FAIRGATE_MFE_PACKAGE="@operator/fairgate-slots", FAIRGATE_MFE_VERSION="^1")
    return tutor


def test_a_package_is_installed_wherever_it_is_imported(with_package):
    dockerfile = with_package.text("plugins/mfe/build/mfe/Dockerfile")
    stages = re.split(r"^FROM ", dockerfile, flags=re.MULTILINE)
    builds = [s for s in stages if re.search(r"npm (clean-)?install .*--registry", s)]

    assert builds
    assert not [s for s in builds if "'@operator/fairgate-slots@^1'" not in s]


@pytest.mark.skipif(not shutil.which("node"), reason="no Node.js is installed")
def test_a_package_is_called_with_what_fills_a_slot(with_package, tmp_path):
    # given
    module(tmp_path, "@openedx/frontend-plugin-framework", FRAMEWORK)
    module(tmp_path, "@operator/fairgate-slots", FILLS_A_SLOT)
    config = with_package.text("plugins/mfe/build/mfe/env.config.jsx")
    (tmp_path / "env.config.mjs").write_text(config, encoding="utf-8")
    (tmp_path / "show.mjs").write_text(SHOW, encoding="utf-8")

    # when
    done = subprocess.run(
        [shutil.which("node"), "show.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    # then
    (plugin,) = json.loads(done.stdout)["pluginSlots"]["a.slot.v1"]["plugins"]
    assert plugin == {"op": "insert", "widget": {"id": "fee", "type": "direct"}}


FRAMEWORK = "export const DIRECT_PLUGIN = 'direct', PLUGIN_OPERATIONS = { Insert: 'insert' };"
FILLS_A_SLOT = """
export default ({ config, addPlugins, DIRECT_PLUGIN, PLUGIN_OPERATIONS }) => {
  const widget = { id: 'fee', type: DIRECT_PLUGIN };
  addPlugins(config, 'a.slot.v1', [{ op: PLUGIN_OPERATIONS.Insert, widget }]);
};
"""
SHOW = """
import setConfig from './env.config.mjs';
console.log(JSON.stringify(await setConfig()));
"""


def module(folder: Path, name: str, source: str) -> None:
    """An npm package with one file."""
    place = folder / "node_modules" / name
    place.mkdir(parents=True)
    (place / "index.js").write_text(source, encoding="utf-8")
    package = {"name": name, "type": "module", "exports": "./index.js"}
    (place / "package.json").write_text(json.dumps(package), encoding="utf-8")


def dockerfile_of(tutor: Tutor) -> str:
    return tutor.text("build/openedx/Dockerfile")


def environment(tutor: Tutor, service: str) -> dict:
    """The operator's values as a service of the platform reads them."""
    return yaml.safe_load(tutor.text(f"apps/openedx/config/{service}.env.yml"))


def resources(tutor: Tutor) -> list[dict]:
    """What Tutor would create in a cluster."""
    return [found for found in yaml.safe_load_all(tutor.text("k8s/deployments.yml")) if found]


def cron_jobs(tutor: Tutor) -> list[dict]:
    return [found for found in resources(tutor) if found["kind"] == "CronJob"]


def worker(tutor: Tutor) -> dict:
    """The container of the LMS's worker, which has the same needs."""
    (found,) = (r for r in resources(tutor) if r["metadata"]["name"] == "lms-worker")
    return found["spec"]["template"]["spec"]["containers"][0]
