"""The frontend's types follow the backend's models."""

import re
from pathlib import Path

import pytest

from tests.projects import attempt, generate, run


@pytest.fixture
def project(cloudflare_app: Path, tmp_path: Path) -> Path:
    """A project that the test may change, with the packages of the shared one."""
    project = generate(tmp_path, initialize_git="false")
    for name in ("node_modules", "frontend/node_modules", "scripts/node_modules", "backend/.venv"):
        (project / name).symlink_to(cloudflare_app / name)
    return project


def fail(project: Path, *command: str) -> str:
    """Run a command that must fail, and return its output."""
    done = attempt(project, *command)
    assert done.returncode != 0
    return done.stdout + done.stderr


def test_a_renamed_field_is_reported_and_then_a_compile_error(project: Path) -> None:
    run(project, "bun", "run", "check", "frontend:api")
    run(project, "bunx", "tsc", "-p", "frontend")
    events = project / "backend/app/chat/__init__.py"
    text = events.read_text()
    field = 'event: Literal["token"] = "token"\n    text: str\n'
    assert text.count(field) == 1
    events.write_text(text.replace(field, field.replace("text", "piece")))
    printed = fail(project, "bun", "run", "check", "frontend:api")
    assert "types.gen.ts is outdated: run `bun run types:api`" in printed
    run(project, "bun", "run", "types:api")
    assert "src/chat/stream.ts" in fail(project, "bunx", "tsc", "-p", "frontend")


PRICES = '''\
"""`GET /api/prices`: prices as they change."""

from collections.abc import AsyncGenerator
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypeAliasType

from app.chat import ErrorEvent
from app.web.sse import Event, EventStream

router = APIRouter()


class PriceEvent(Event):
    """A price."""

    event: Literal["price"] = "price"
    cents: int


PricesEvent = TypeAliasType(
    "PricesEvent", Annotated[PriceEvent | ErrorEvent, Field(discriminator="event")]
)


async def prices() -> AsyncGenerator[PriceEvent]:
    """Yield one price."""
    yield PriceEvent(cents=1)


@router.get("/prices", response_class=EventStream, responses={200: {"model": PricesEvent}})
async def stream_prices() -> EventStream:
    """Stream prices."""
    return EventStream(prices(), failure=ErrorEvent(detail=""), heartbeat_seconds=15)
'''

READ_PRICES = """\
import { api } from "./api/client";
import { readEvents, type StreamEvents } from "./api/events";

export async function readPrices(): Promise<number> {
  const { data } = await api.GET("/api/prices", { parseAs: "stream" });
  if (!data) return 0;
  for await (const event of readEvents<StreamEvents<"/api/prices">>(data)) {
    if (event.event === "price") return event.FIELD;
  }
  return 0;
}
"""


def test_a_second_stream_has_its_own_events(project: Path) -> None:
    add_endpoint(project, "prices", PRICES)
    reader = project / "frontend/src/prices.ts"
    reader.write_text(READ_PRICES.replace("FIELD", "cents"))
    run(project, "bunx", "tsc", "-p", "frontend")
    reader.write_text(READ_PRICES.replace("FIELD", "text"))
    assert "src/prices.ts" in fail(project, "bunx", "tsc", "-p", "frontend")


FILES = '''\
"""`POST /api/files`: files, described as FastAPI and as OpenAPI 3.0 do."""

from fastapi import APIRouter, Request

router = APIRouter()
PROPERTIES = {
    "file": {"type": "string", "contentMediaType": "application/octet-stream"},
    "others": {"type": "array", "items": {"type": "string", "format": "binary"}},
    "note": {"type": "string"},
}
BODY = {"type": "object", "properties": PROPERTIES, "required": ["file", "others"]}


@router.post(
    "/files",
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"schema": BODY}}}},
)
async def add_files(request: Request) -> int:
    """Count the bytes of a form."""
    return len(await request.body())
'''

SEND_FILES = """\
// @vitest-environment node
import { expect, test, vi } from "vitest";

test("files are sent as a form", async () => {
  vi.stubGlobal("location", { origin: "http://localhost" });
  const { api } = await import("./api/client");
  const fetch = vi.fn(async (_: Request) => Response.json(1));
  vi.stubGlobal("fetch", fetch);
  const [file, other] = [new Blob(["one"]), new Blob(["two"])];
  await api.POST("/api/files", { body: { file, others: [other, other], note: "three" } });
  const form = await fetch.mock.lastCall?.[0].formData();
  expect([...(form?.keys() ?? [])]).toEqual(["file", "others", "others", "note"]);
  expect(form?.get("note")).toBe("three");
});
"""


def add_endpoint(project: Path, name: str, module: str) -> None:
    """Add a module with endpoints below `/api`, and write the types."""
    (project / f"backend/app/routes/{name}.py").write_text(module)
    routes = project / "backend/app/routes/__init__.py"
    text = routes.read_text().replace("    health,\n", f"    {name},\n    health,\n")
    line = "api.include_router(health.router)\n"
    routes.write_text(text.replace(line, f"{line}api.include_router({name}.router)\n"))
    run(project, "bun", "run", "types:api")


def test_an_upload_takes_a_blob_and_sends_a_form(project: Path) -> None:
    add_endpoint(project, "files", FILES)
    test = project / "frontend/src/files.test.ts"
    test.write_text(SEND_FILES)
    run(project, "bunx", "tsc", "-p", "frontend")
    run(project / "frontend", "bun", "run", "test", "src/files")
    test.write_text(SEND_FILES.replace("{ file,", '{ file: "text",'))
    assert "src/files.test.ts" in fail(project, "bunx", "tsc", "-p", "frontend")


def test_the_examples_of_the_readme_compile(project: Path) -> None:
    readme = (project / "frontend/README.md").read_text()
    component, page, call = re.findall(r"```tsx?\n(.*?)```", readme, re.DOTALL)
    sources = project / "frontend/src"
    (sources / "Health.tsx").write_text(component)
    imports = 'import { App } from "./App";\nimport { Health } from "./Health";\n'
    (sources / "Page.tsx").write_text(f"{imports}{page}export default page;\n")
    (sources / "call.ts").write_text(
        'import { api } from "./api/client";\n'
        'import type { StreamEvents } from "./api/events";\n'
        'import { readStream } from "./api/stream";\n'
        f"export async function call(prompt: string, signal: AbortSignal) {{\n{call}}}\n"
    )
    run(project, "bunx", "tsc", "-p", "frontend")


@pytest.mark.parametrize(
    "variables",
    [{"MODEL_API_KEY": "a-key"}, {"LOG_FORMAT": "plain"}, {"WEB_CONCURRENCY": "auto"}],
    ids=str,
)
def test_settings_do_not_matter_to_what_only_reads_the_code(
    variables: dict[str, str], project: Path
) -> None:
    exported = [f"{name}={value}" for name, value in variables.items()]
    run(project, "env", *exported, "bun", "run", "check", "frontend:api", "worker:routes")
