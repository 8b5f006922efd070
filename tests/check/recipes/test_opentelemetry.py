"""docs/recipes/opentelemetry.md, against a receiver of OTLP."""

from pathlib import Path

import httpx

from tests import recipes
from tests.backend import serve
from tests.check.recipes.answers import ask
from tests.check.recipes.receiver import receive
from tests.projects import run


def test_traces_and_metrics_arrive(both_app: Path, tmp_path: Path) -> None:
    project = recipes.follow(recipes.copy(both_app, tmp_path), "opentelemetry")
    recipes.check_backend(project)
    settings = dict(
        line.split("=", 1) for line in (project / ".env").read_text().splitlines() if "=" in line
    )
    with receive() as collector:
        address = f"http://127.0.0.1:{collector.server_port}"
        settings |= {"OTEL_EXPORTER_OTLP_ENDPOINT": address, "NO_PROXY": "127.0.0.1"}
        with serve(project, "app.server", **settings) as url:
            httpx.get(f"{url}/api/health", trust_env=False)
            ask(url, "Hello!")
        traces, metrics = collector.bodies("/v1/traces"), collector.bodies("/v1/metrics")
    for text in (b"my-app", b"POST /stream", b"GET /api/health", b"look around"):
        assert text in traces
    for text in (b"my-app", b"http.server.request.duration", b"health.checks"):
        assert text in metrics


def test_without_the_variables_nothing_is_loaded(both_app: Path) -> None:
    script = (
        "import sys; from app.main import create_app; create_app();"
        "print('opentelemetry.sdk' in sys.modules)"
    )
    printed = run(both_app, "bun", "scripts/python.ts", "-c", script).stdout
    assert printed.splitlines()[-1] == "False"
