"""The image's settings: their effect on nginx.conf, invalid values, and their documentation."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.projects import environment, generate

BACKEND_PORT = "30001"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the image's scripts need bash")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the image, without packages."""
    return generate(tmp_path_factory.mktemp("image"), deployment="monolith", initialize_git="false")


def defaults(project: Path) -> dict[str, str]:
    """Read the settings with their defaults."""
    text = (project / "image/settings.sh").read_text()
    found = dict(re.findall(r'^export ([A-Z_]+)="\$\{\1:-(.*)\}"', text, re.MULTILINE))
    assert found["PORT"] == "80"
    return found


def render(project: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Render nginx.conf as the image does, with the defaults for all other settings."""
    names = ["BACKEND_PORT", *defaults(project)]
    inherited = {name: value for name, value in environment().items() if name not in names}
    return subprocess.run(
        [str(project / "image/render-config.sh")],
        env=inherited | {"BACKEND_PORT": BACKEND_PORT} | settings,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_every_setting_reaches_the_configuration(project: Path) -> None:
    done = render(project, PORT="8081", TRUSTED_PROXIES=" 10.0.0.0/8\tfd00::/8 ")
    assert (done.returncode, done.stderr) == (0, "")
    assert "listen 8081 " in done.stdout
    assert "set_real_ip_from 10.0.0.0/8;" in done.stdout
    assert "set_real_ip_from fd00::/8;" in done.stdout
    assert not re.search(r"@[A-Z_]+@", re.sub("#.*", "", done.stdout))


def test_an_empty_setting_counts_as_not_set(project: Path) -> None:
    empty = dict.fromkeys(defaults(project), "")
    assert render(project, **empty).stdout == render(project).stdout != ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "080"),
        ("PORT", "-1"),
        ("PORT", " 80"),
        ("PORT", "80; return 200"),
        ("PORT", "80\n81"),
        ("PORT", "99999999999999999999"),
        ("BACKEND_PORT", ""),
        ("BACKEND_PORT", "tcp://10.96.0.12:80"),
        ("NGINX_WORKERS", "auto"),
        ("START_SECONDS", "abc"),
        ("GRACE_SECONDS", "1.5"),
        ("LOG_FORMAT", "xml"),
        ("TRUSTED_PROXIES", "10.0.0.0/8;"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,10.1.0.0/16"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "10.0.0.256"),
        ("TRUSTED_PROXIES", "fe80::1::2"),
        ("TRUSTED_PROXIES", "example.com"),
    ],
)
def test_an_invalid_setting_is_rejected_in_one_sentence(
    name: str, value: str, project: Path
) -> None:
    done = render(project, **{name: value})
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"{name} .+\.\n", done.stderr)


def test_the_same_port_twice_is_rejected(project: Path) -> None:
    done = render(project, PORT=BACKEND_PORT)
    assert done.returncode == 2
    assert done.stderr.startswith("PORT and BACKEND_PORT are both ")


def test_all_invalid_settings_are_reported_at_once(project: Path) -> None:
    done = render(project, PORT="x", START_SECONDS="x", TRUSTED_PROXIES="x y")
    assert len(done.stderr.splitlines()) == 4


def test_the_documentation_lists_every_setting_with_its_default(project: Path) -> None:
    text = (project / "docs/monolith.md").read_text()
    listed = dict(re.findall(r"^\| `([A-Z_]+)` \| (\S*) \|", text, re.MULTILINE))
    assert listed.items() >= defaults(project).items()
