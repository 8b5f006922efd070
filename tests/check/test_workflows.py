"""The steps of a project's own workflows, in a fresh clone of each layout."""

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.projects import LAYOUTS, run, shared
from tests.threads import serving
from tests.workflows import Workflow, clone, load

EVERY_JOB = "join(needs.*.result, ' ')"
TRIGGERS = {
    "audit": {"schedule", "workflow_dispatch"},
    "ci": {"push", "pull_request"},
    "cloudflare": {"push", "pull_request"},
    "image": {"push"},
}


@pytest.fixture(params=LAYOUTS)
def project(request: pytest.FixtureRequest, shared_folder: Path, tmp_path: Path) -> Path:
    """A fresh clone without installed packages."""
    return clone(shared(shared_folder, request.param), tmp_path / "my app")


def test_a_fresh_clone_passes_its_checks_and_stays_clean(project: Path) -> None:
    workflow = Workflow(project, "ci")
    workflow.run("check")
    printed = workflow.printed["Check"].splitlines()
    assert [line for line in printed if not re.fullmatch(r"✓ \S+:\S+ \([\d.]+ s\)", line)] == [
        "$ bun scripts/run.ts check",
        "Installing backend/requirements-dev.txt in backend/.venv",
        "Installing scripts/requirements.txt in scripts/.venv",
    ]
    assert run(project, "git", "status", "--porcelain").stdout == ""


def test_workflows_are_well_formed_and_have_the_triggers_that_they_should(project: Path) -> None:
    schemas = {
        "vendor.github-workflows": "workflows/*.yml",
        "vendor.github-actions": "actions/*/action.yml",
        "vendor.dependabot": "dependabot.yml",
    }
    for schema, names in schemas.items():
        files = [str(path) for path in (project / ".github").glob(names)]
        assert files
        run(project, "check-jsonschema", "--builtin-schema", schema, *files)
    for path in (project / ".github/workflows").iterdir():
        content = load(path)
        assert set(content[True]) == TRIGGERS[path.stem]  # `on` is a boolean in YAML 1.1
        assert content["permissions"] == {}
        assert content["concurrency"]
        for job in content["jobs"].values():
            assert list(Workflow(project, path.stem).steps(job["steps"]))


@pytest.mark.parametrize("others", ["failure", "cancelled", "skipped"])
def test_the_required_job_needs_every_other_to_succeed(cloudflare_app: Path, others: str) -> None:
    def outcome(results: str) -> Workflow:
        return Workflow(cloudflare_app, "ci", {EVERY_JOB: results})

    jobs = outcome("").content()["jobs"]
    assert set(jobs["ci"]["needs"]) == set(jobs) - {"ci"}
    outcome("success success").run("ci")
    for results in (f"success {others}", f"{others} success", others):
        with pytest.raises(AssertionError):
            outcome(results).run("ci")


def test_dependabot_holds_back_the_same_packages_as_the_command(cloudflare_app: Path) -> None:
    lock = (cloudflare_app / "scripts/lock.ts").read_text()
    [names] = re.findall(r"^const HELD = (\[.+\]);$", lock, re.MULTILINE)
    updates = load(cloudflare_app / ".github/dependabot.yml")["updates"]
    [bun] = (update for update in updates if update["package-ecosystem"] == "bun")
    assert [held["dependency-name"] for held in bun["ignore"]] == json.loads(names)
    for update in updates:
        assert update["cooldown"] == {"default-days": 7}
        assert update["groups"]


NO_ACCOUNT, ACCOUNT = (f"vars.CLOUDFLARE_ACCOUNT_ID {sign} ''" for sign in ("==", "!="))
PUSH = f"github.event_name == 'push' && {ACCOUNT}"
PULL_REQUEST = (
    f"github.event_name == 'pull_request' && {ACCOUNT}"
    " && github.event.pull_request.head.repo.full_name == github.repository"
    " && github.event.pull_request.user.login != 'dependabot[bot]'"
)
CLOSED, OPEN = (f"github.event.action {sign} 'closed'" for sign in ("==", "!="))
WITH_ACCOUNT = {
    **{NO_ACCOUNT: "false", PUSH: "true", PULL_REQUEST: "true"},
    "vars.CLOUDFLARE_ACCOUNT_ID": "0" * 32,
    "secrets.CLOUDFLARE_API_TOKEN": "a token",
    "github.event.pull_request.number": "7",
}


def test_without_an_account_a_notice_says_what_to_set(cloudflare_app: Path) -> None:
    values = {NO_ACCOUNT: "true", PUSH: "false", PULL_REQUEST: "false"}
    workflow = Workflow(cloudflare_app, "cloudflare", values)
    workflow.run(*workflow.content()["jobs"])
    assert list(workflow.printed) == ["Say what to set"]
    [notice] = workflow.printed["Say what to set"].splitlines()
    assert notice.startswith("::notice title=")
    document = (cloudflare_app / "docs/cloudflare.md").read_text()
    for setting in ("CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN"):
        assert setting in notice
        assert f"`{setting}`" in document


START = "Start the container's image"
"""A step that needs Docker; tests/real/cloudflare/test_image.py runs its command."""


def test_the_deployment_is_tested_and_can_be_built(cloudflare_app: Path, tmp_path: Path) -> None:
    project = clone(cloudflare_app, tmp_path / "my app")
    tested = "echo tests of ci.yml run this"
    ready = "bun scripts/doctor.ts node uv packages config wrangler account secrets"
    dry_run = "bunx wrangler deploy --dry-run --containers-rollout=none"
    instead = {
        **{"Check": tested, START: tested, "Test the Worker": tested},
        "Deploy": f"{ready}; bun run build:cloudflare-prod; {dry_run}",
    }
    workflow = Workflow(project, "cloudflare", WITH_ACCOUNT, instead=instead)
    workflow.run("setup", "deploy")
    assert list(workflow.printed)[1:] == ["Check", START, "Test the Worker", "Deploy"]
    assert "--dry-run: exiting now." in workflow.printed["Deploy"]
    steps = {
        step.get("name"): step.get("run") for step in workflow.content()["jobs"]["deploy"]["steps"]
    }
    assert (steps["Check"], steps["Deploy"]) == ("bun run check", "bun run deploy:cloudflare")
    scripts = json.loads((project / "package.json").read_text())["scripts"]
    for name in (START, "Test the Worker"):
        assert steps[name] in scripts["e2e:deployed"]


def test_a_preview_is_linked_and_removed(cloudflare_app: Path, tmp_path: Path) -> None:
    project = clone(cloudflare_app, tmp_path / "my app")
    wrangler = project / "wrangler.toml"  # without the image, which would be pushed to Cloudflare
    wrangler.write_text(re.sub(r"\[\[previews\.containers\]\][^[]*", "", wrangler.read_text()))
    previews = "/accounts/" + "0" * 32 + "/workers/workers/my-app/previews"
    with cloudflare() as (url, asked):
        stand_in = {"CLOUDFLARE_API_BASE_URL": url, "NO_PROXY": "127.0.0.1"}

        def carry_out(step: str, **action: str) -> Workflow:
            values = WITH_ACCOUNT | {OPEN: action["open"], CLOSED: action["closed"]}
            started = {START: "echo this needs Docker"}
            workflow = Workflow(
                project, "cloudflare", values, variables={step: stand_in}, instead=started
            )
            workflow.run("setup", "preview")
            return workflow

        opened = carry_out("Deploy the preview", open="true", closed="false")
        assert f"POST {previews}/an-id/deployments" in asked
        environment = opened.content()["jobs"]["preview"]["environment"]
        assert opened.substitute(environment["url"]) == "https://pr-7.example.com"
        carry_out("Remove the preview", open="false", closed="true")
        assert f"DELETE {previews}/pr-7" in asked


def test_both_deploys_the_same_as_each_layout(shared_folder: Path) -> None:
    def scripts(layout: str) -> dict[str, str]:
        manifest = json.loads((shared(shared_folder, layout) / "package.json").read_text())
        return dict(manifest["scripts"])

    both, cloudflare, monolith = (scripts(name) for name in ("both", "cloudflare", "monolith"))
    parts = [each["e2e:deployed"] for each in (cloudflare, monolith)]
    assert both["e2e:deployed"] == " && ".join(parts)


@contextmanager
def cloudflare() -> Iterator[tuple[str, list[str]]]:
    """Imitate the part of Cloudflare's API that previews without containers use.

    Yields:
        The address, and the method and path of each request.
    """
    asked: list[str] = []
    preview = {"id": "an-id", "name": "pr-7", "slug": "pr-7", "urls": ["https://pr-7.example.com"]}

    class Cloudflare(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(f"{self.command} {self.path}")
            missing = self.command == "GET" and self.path.endswith("/previews/pr-7")
            result: dict[str, Any] = preview
            if self.path.endswith("/assets-upload-session"):
                result = {"jwt": "a token", "buckets": []}
            errors = [{"code": 10025, "message": "not found"}] if missing else []
            answer = {"success": not missing, "errors": errors, "messages": [], "result": result}
            self.send_response(404 if missing else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_DELETE = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Cloudflare)) as server:
        yield f"http://127.0.0.1:{server.server_port}", asked


@contextmanager
def advisories(found: dict[str, Any]) -> Iterator[str]:
    """Serve npm's advisories for these packages, and none for Python."""

    class Advisories(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_npm = self.path.endswith("/advisories/bulk")
            asked = json.loads(gzip.decompress(body)) if is_npm else {}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({k: v for k, v in found.items() if k in asked}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Advisories)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def test_an_advisory_fails_the_audit(cloudflare_app: Path, tmp_path: Path) -> None:
    project = clone(cloudflare_app, tmp_path / "my app")
    advisory = {"id": 1, "title": "A flaw", "severity": "high", "vulnerable_versions": "*"}
    for found in ({}, {"react": [advisory | {"url": "https://example.com"}]}):
        with advisories(found) as address:
            variables = {
                "NO_PROXY": "127.0.0.1",
                "NPM_CONFIG_REGISTRY": address,
                "PIP_AUDIT_OSV_URL": address,
                "PIP_AUDIT_VULNERABILITY_SERVICE": "osv",
            }
            step = "Look for known vulnerabilities"
            workflow = Workflow(project, "audit", variables={step: variables})
            if found:
                with pytest.raises(AssertionError, match="A flaw"):
                    workflow.run("audit")
            else:
                workflow.run("audit")
