"""Private registries, patches, and an older Python reach the builds of both images."""

import base64
import hashlib
import io
import json
import re
import tarfile
import threading
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

from tests import recipes
from tests.projects import attempt, run
from tests.real.docker import docker

TOKEN = "a-secret-token"
MARK = "from-the-private-registry"


def wheel() -> bytes:
    """Build a wheel of `acme-lib`."""
    info = "acme_lib-1.0.dist-info"
    files = {
        "acme_lib.py": f'MARK = "{MARK}"\n',
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: acme-lib\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in (*files, f"{info}/RECORD"))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(name, text)
    return packed.getvalue()


def package() -> bytes:
    """Build the tarball of `@acme/lib`."""
    manifest = {"name": "@acme/lib", "version": "1.0.0", "type": "module", "main": "index.js"}
    files = {"package.json": json.dumps(manifest), "index.js": f'export default "{MARK}";\n'}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


class Registry(BaseHTTPRequestHandler):
    """Serves both packages to clients with the token, and the index of PyPI, as mirrors do."""

    server: ThreadingHTTPServer
    wheel, package = wheel(), package()

    def do_GET(self) -> None:
        """Respond to one request."""
        scheme, _, given = self.headers.get("Authorization", "").partition(" ")
        name = base64.b64decode(given).decode() if scheme == "Basic" else f"ada:{given}"
        if name != f"ada:{TOKEN}":
            self.respond(401, b"", "text/plain")
        elif self.path.endswith(".whl"):
            self.respond(200, self.wheel, "application/zip")
        elif self.path.endswith(".tgz"):
            self.respond(200, self.package, "application/gzip")
        elif self.path == "/simple/acme-lib/":
            digest = hashlib.sha256(self.wheel).hexdigest()
            link = f'<a href="/acme_lib-1.0-py3-none-any.whl#sha256={digest}">1.0</a>'
            self.respond(200, link.encode(), "text/html")
        elif self.path.startswith("/simple/"):
            url = f"{PyPI.simple_url}/{self.path.removeprefix('/simple/')}"
            page = urllib.request.urlopen(url, timeout=60).read().decode()
            absolute = re.sub(
                r'href="([^"]+)"', lambda link: f'href="{urllib.parse.urljoin(url, link[1])}"', page
            )
            self.respond(200, absolute.encode(), "text/html")
        else:
            url = f"http://{self.headers['Host']}/lib-1.0.0.tgz"
            digest = base64.b64encode(hashlib.sha512(self.package).digest()).decode()
            dist = {"tarball": url, "integrity": f"sha512-{digest}"}
            version = {"name": "@acme/lib", "version": "1.0.0", "dist": dist}
            document = {"dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
            self.respond(200, json.dumps(document).encode(), "application/json")

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def respond(self, status: int, body: bytes, kind: str) -> None:
        """Send a whole response."""
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="acme"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the registry, and set the variables of docs/development.md.

    Yields:
        Its host and port.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"localhost:{server.server_port}"
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "localhost,127.0.0.1,::1")
    monkeypatch.setenv("NPM_TOKEN", TOKEN)
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://ada:{TOKEN}@{host}/simple")
    yield host
    server.shutdown()


def build(project: Path, tag: str, *options: str) -> None:
    """Build an image as docs/development.md says, in the network where the server is."""
    command = ("scripts/lib/docker.sh", "build", "--network", "host", "--tag", tag, *options, ".")
    run(project, *command, seconds=900)


def add_packages(project: Path, host: str) -> None:
    """Add both packages to a project, patch the one for JavaScript, and use them."""
    scope = f"@acme:registry=http://{host}/\n//{host}/:_authToken=${{NPM_TOKEN}}\n"
    (project / ".npmrc").write_text(scope)
    run(project, "bun", "add", "--cwd", "frontend", "@acme/lib")
    run(project, "bun", "patch", "@acme/lib")
    installed = project / "node_modules/@acme/lib"
    if not installed.exists():
        installed = project / "frontend/node_modules/@acme/lib"
    (installed / "index.js").write_text(f'export default "patched-{MARK}";\n')
    run(project, "bun", "patch", "--commit", str(installed.relative_to(project)))
    main = project / "frontend/src/main.tsx"
    main.write_text(f'import mark from "@acme/lib";\n{main.read_text()}\nconsole.info(mark);\n')
    run(project, "uv", "add", "--frozen", "--project", "backend", "acme-lib")
    run(project, "bun", "run", "lock")
    for lock in ("bun.lock", "backend/requirements.txt"):
        text = (project / lock).read_text()
        assert "acme" in text
        assert host not in text
        assert TOKEN not in text


@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("docker")
def test_private_packages_and_patches_reach_the_images(
    both_app: Path, tmp_path: Path, registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = recipes.copy(both_app, tmp_path)
    add_packages(project, registry)
    image, container = "registries:monolith", "registries:cloudflare"
    build(project, image)
    build(project, container, "--file", "Dockerfile-cloudflare")
    for tag in (image, container):
        run_python = ("run", "--rm", "--entrypoint", "python", tag, "-c")
        assert docker(*run_python, "import acme_lib; print(acme_lib.MARK)") == MARK
        assert TOKEN not in docker("history", "--no-trunc", tag)
        assert TOKEN not in docker("inspect", tag)
    found = docker("run", "--rm", "--entrypoint", "grep", image, "-rl", f"patched-{MARK}", "/srv")
    assert ".js" in found

    monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://ada:wrong@{registry}/simple")
    refused = attempt(
        project, "scripts/lib/docker.sh", "build", "--network", "host", "--no-cache",
        "--file", "Dockerfile-cloudflare", ".",
    )  # fmt: skip
    assert refused.returncode != 0
    assert "acme" in refused.stderr


@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("docker")
def test_the_images_can_have_an_older_python(both_app: Path, tmp_path: Path) -> None:
    project = recipes.copy(both_app, tmp_path)
    package = project / "package.json"
    package.write_text(re.sub(r'"imagePython": ".*"', '"imagePython": "3.13"', package.read_text()))
    run(project, "bun", "run", "lock")
    run(project, "bun", "run", "--cwd", "worker", "container", seconds=900)
    build(project, "older-python:monolith")
    name = "older-python"
    docker("rm", "--force", name, check=False)
    docker("run", "--detach", "--name", name, "older-python:monolith")
    try:
        version = docker("exec", name, "python", "--version")
        health = docker(
            "exec", name, "sh", "-c",
            "for _ in $(seq 60); do /opt/image/healthcheck.sh && exit 0; sleep 0.5; done; exit 1",
        )  # fmt: skip
    finally:
        docker("rm", "--force", name)
    assert version.startswith("Python 3.13."), health
