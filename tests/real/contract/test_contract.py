"""The project's own contract suite, in Chromium, against each server that its commands start."""

import re
import shutil
import subprocess
import uuid
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from tests import projects
from tests.backend import free_port
from tests.real.cloudflare.preview import Preview, prepare
from tests.real.commands import serve, settings_of
from tests.real.contract.provider import provider_here, provider_in
from tests.real.docker import docker
from tests.real.monolith.container import HARDENED, Container, assert_problem

pytestmark = pytest.mark.usefixtures("docker")

SUITE = Path(__file__).parents[2] / "suites" / "e2e"
ECHO = Path(__file__).parents[1] / "echo.py"
PORTS = ("FRONTEND_PORT", "BACKEND_PORT", "WORKER_PORT", "IMAGE_PORT")
LIMITED = "/api/any"
WORKER = f"t{uuid.uuid4().hex[:10]}"
KEY = 'pa$word # with "quotes"'


@pytest.fixture(scope="module")
def app(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with both layouts, a scripted answer, an echo endpoint, and a model in its `.env`.

    Its suite also has the template's own tests, and a second path has a rate limit.
    """
    folder = tmp_path_factory.mktemp("contract") / "my-app"
    subprocess.run(["cp", "-al", projects.shared(shared_folder, "both"), folder], check=True)
    shutil.copytree(SUITE, folder / "e2e", dirs_exist_ok=True)
    backend = folder / "backend"
    for source, name in {
        backend / "tests/scripted.py": "answer.py",
        ECHO: "routes/health.py",
    }.items():
        module = backend / "app" / name
        module.unlink()  # a hard link: writing to it would change the shared project
        shutil.copy(source, module)
    replace(folder / "package.json", r'"limitedPaths": \[', rf'\g<0>"{LIMITED}", ')
    ports = "".join(f"{name}={free_port()}\n" for name in PORTS)
    model = (
        f"MODEL_API_KEY='{KEY}'\nMODEL_NAME=a-model\nMODEL_IDLE_SECONDS=3\n"
        f"MODEL_BASE_URL=http://127.0.0.1:{free_port()}/v1\n"
    )
    (folder / ".env").write_text(model + ports)
    # a unique name, to find the containers by
    replace(folder / "wrangler.toml", 'name = "my-app"', f'name = "{WORKER}"')
    return folder


def replace(path: Path, pattern: str, by: str) -> None:
    """Replace the only match in a file, which may be a hard link to a shared file."""
    text, count = re.subn(pattern, by, path.read_text())
    assert count == 1, pattern
    path.unlink()
    path.write_text(text)


def provider_of(app: Path, command: str) -> AbstractContextManager[str]:
    """Run the provider where the backend of a running command looks for it."""
    settings = settings_of(app)
    port = int(settings["MODEL_BASE_URL"].removesuffix("/v1").rpartition(":")[2])
    found = {
        "preview:cloudflare": f"name={WORKER}",
        "preview:monolith": f"publish={settings['IMAGE_PORT']}",
    }
    if command not in found:
        return provider_here(app, port)
    names = docker("ps", "--format", "{{.Names}}", "--filter", found[command]).split()
    [container] = [name for name in names if not name.endswith("-proxy")]
    return provider_in(container, app, port)


def check_contract(
    app: Path, url: str, *options: str, server: str = "", provider: str = ""
) -> None:
    """Run the suite, or the part that the options select, against a URL."""
    target = (
        *(f"E2E_URL={url}", f"E2E_SERVER={server}", "E2E_ECHO=1"),
        *(f"E2E_PROVIDER={provider}", f"E2E_MODEL_KEY={KEY}"),
    )
    done = projects.run(app, "env", *target, "bun", "run", "e2e", *options, seconds=600)
    assert " passed" in done.stdout


@pytest.mark.parametrize(
    ("command", "port", "tests"),
    [
        ("dev", "FRONTEND_PORT", ("--grep", "@model|@dev|plain elements")),
        ("dev:cloudflare", "WORKER_PORT", ("--grep", "@model")),
        ("preview:cloudflare", "WORKER_PORT", ("--grep-invert", "@limited|@starting")),
        ("preview:monolith", "IMAGE_PORT", ("--grep", "@model")),
    ],
)
def test_a_server(app: Path, command: str, port: str, tests: tuple[str, str]) -> None:
    """Run the tests that test_workflows.py doesn't run against the same kind of server."""
    # wrangler keeps the last server's request count, which may have reached the limit.
    shutil.rmtree(app / ".wrangler/state", ignore_errors=True)
    with serve(app, command, port) as url, provider_of(app, command) as provider:
        assert httpx.get(f"{url}/env", timeout=60).json()["settings"]["MODEL_API_KEY"] is True
        check_contract(app, url, *tests, server=command, provider=provider)
        if command != "dev":
            check_limit(url)


def check_limit(url: str) -> None:
    """Expect one limit for all limited paths together, without OPTIONS requests."""
    with httpx.Client(base_url=url, timeout=60) as client:
        for method, path in (
            ("POST", LIMITED),
            ("GET", LIMITED),
            ("DELETE", f"{LIMITED}%0A"),  # the app ignores the line break
            ("POST", "/stream"),
        ):
            # Each server allows 60 per minute; a new minute may begin meanwhile.
            answers = (client.request(method, path) for _ in range(125))
            refused = next(answer for answer in answers if answer.status_code == 429)
            assert_problem(refused, 429)
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            assert client.options(path).status_code == 405
            assert client.post("/api/length", content=b"123").json() == {"length": 3}


def test_a_real_limit_in_the_page(app: Path) -> None:
    docker("build", "--quiet", "--tag", "contract-test", str(app))
    with Container.start(
        "contract-test", *HARDENED, "--env", "STREAM_REQUESTS_PER_MINUTE=6"
    ) as image:
        check_contract(app, image.wait_until_ready().url, "--grep", "@limited")


def test_a_real_backend_that_does_not_start_in_the_page(app: Path, tmp_path: Path) -> None:
    folder = prepare(app, tmp_path / "app", START_SECONDS=1)
    projects.run(app, "bun", "run", "build:cloudflare-local")
    shutil.copytree(app / "dist/frontend-dev", folder / "dist/frontend-dev", dirs_exist_ok=True)
    dockerfile = folder / "Dockerfile-cloudflare"
    never = 'CMD ["python", "-c", "import time; time.sleep(1000)"]'
    dockerfile.write_text(f"{dockerfile.read_text().rpartition('CMD')[0]}{never}\n")
    with Preview(folder) as preview:
        check_contract(app, preview.url, "--grep", "@starting")
