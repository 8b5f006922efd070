"""The OpenAPI document, from which the frontend's types are generated."""

import json
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field, create_model
from typing_extensions import TypeAliasType

from app import __version__
from app.main import create_app
from app.web.openapi import NameClashError
from app.web.sse import Event, EventStream


class StartedX(Event):
    """The import has started."""

    event: Literal["started"] = "started"
    rows: int
    note: str = ""


class FailedX(Event):
    """The import has failed."""

    event: Literal["failed"] = "failed"


ImportEventX = TypeAliasType(
    "ImportEventX", Annotated[StartedX | FailedX, Field(discriminator="event")]
)


class ThingX(BaseModel):
    """A model of requests and responses."""

    text: str
    tags: list[str] = []


def test_the_document_is_json_and_names_the_version(app: FastAPI) -> None:
    assert json.loads(json.dumps(app.openapi()))["info"]["version"] == __version__


def test_the_document_is_served_in_development(client: TestClient, app: FastAPI) -> None:
    assert client.get("/api/openapi.json").json() == app.openapi()


@pytest.mark.parametrize("path", ["/api/openapi.json", "/api/docs"])
def test_the_document_is_not_served_elsewhere(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYOUT", "monolith")
    assert TestClient(create_app()).get(path).status_code == 404


def test_problems_have_their_media_type(app: FastAPI) -> None:
    responses = app.openapi()["paths"]["/stream"]["post"]["responses"]
    for status in ("4XX", "5XX"):
        assert responses[status]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }


def item(openapi: dict[str, Any], path: str) -> dict[str, Any]:
    """The schema of the events that a path streams."""
    content = openapi["paths"][path]["post"]["responses"]["200"]["content"]
    schema: dict[str, Any] = content["text/event-stream"]["schema"]
    return schema


def test_each_stream_is_described_by_its_own_events(app: FastAPI) -> None:
    async def events() -> AsyncGenerator[ImportEventX]:
        yield StartedX(rows=1)

    @app.post("/api/import-x", response_class=EventStream, responses={200: {"model": ImportEventX}})
    async def start_import() -> EventStream:
        return EventStream(events(), failure=FailedX(), heartbeat_seconds=15)

    openapi = app.openapi()
    assert item(openapi, "/api/import-x") == {"$ref": "#/components/schemas/ImportEventX"}
    assert item(openapi, "/stream") == {"$ref": "#/components/schemas/StreamEvent"}
    schemas = openapi["components"]["schemas"]
    assert schemas["ImportEventX"]["discriminator"]["mapping"].keys() == {"started", "failed"}
    assert schemas["StartedX"]["required"] == ["event", "rows", "note"]


def test_defaults_are_optional_in_requests_and_always_sent_in_responses(app: FastAPI) -> None:
    @app.post("/api/things-x")
    async def add_thing_x(thing: ThingX) -> list[ThingX]:
        return [thing]

    schemas = app.openapi()["components"]["schemas"]
    assert schemas["ThingX-Input"]["required"] == ["text"]
    assert schemas["ThingX-Output"]["required"] == ["text", "tags"]


@pytest.mark.parametrize("name", ["Problem", "FieldProblem", "Message", "ErrorEvent"])
def test_a_model_with_the_name_of_one_of_the_templates_is_rejected(app: FastAPI, name: str) -> None:
    model = create_model(name, text=str)

    @app.post("/api/clash-x")
    async def endpoint(body: model) -> None: ...

    with pytest.raises(NameClashError, match=f"Two models are called {name}: rename yours"):
        app.openapi()
