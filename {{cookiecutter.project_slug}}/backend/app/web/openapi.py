"""What FastAPI leaves out of the OpenAPI document: problem documents and streamed events."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from app.web.problems import Problem, ProblemResponse
from app.web.sse import EventStream

OPENAPI_VERSION = "3.2.0"
"""The first version with `itemSchema`, which describes what a stream consists of."""

REFERENCE = "#/components/schemas/{model}"


def complete(app: FastAPI, infer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Create the app's OpenAPI document.

    FastAPI gives every response of a route the media type of its success. Here problems have
    their own media type, and a stream has the schema of its events.

    Args:
        app: an app that has all of its routes.
        infer: FastAPI's own function for it.

    Returns:
        The document. Completing it twice changes nothing.
    """
    app.openapi_version = OPENAPI_VERSION
    require_defaults_in_responses(BaseModel)
    openapi = infer()
    # `errors` is left out if there are none, so its default does not make it required
    problem = Problem.model_json_schema(ref_template=REFERENCE, mode="validation")
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(problem.pop("$defs"), Problem=problem)
    for responses in all_responses(openapi):
        for status, response in responses.items():
            if status in {"4XX", "5XX"}:
                reference = {"$ref": REFERENCE.format(model="Problem")}
                response["content"] = {ProblemResponse.media_type: {"schema": reference}}
            stream = response.get("content", {}).get(EventStream.media_type, {})
            if "schema" in stream:
                events = stream.pop("schema")
                del events["type"]  # FastAPI calls a body that it does not know a string
                stream["itemSchema"] = describe_event(events)
    return openapi


def require_defaults_in_responses(base: type[BaseModel]) -> None:
    """Mark the fields of responses that have a default as always present, as they are sent.

    Args:
        base: a model; the setting is made in all models that derive from it.
    """
    for model in base.__subclasses__():
        model.model_config["json_schema_serialization_defaults_required"] = True
        require_defaults_in_responses(model)


def all_responses(openapi: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Iterate over the responses of every operation, by status."""
    for path in openapi["paths"].values():
        for operation in path.values():
            yield operation["responses"]


def describe_event(data: dict[str, Any]) -> dict[str, Any]:
    """Describe one event of a stream as OpenAPI 3.2 does.

    Args:
        data: the schema of what the event's `data` holds as JSON.

    Returns:
        The schema of the event.
    """
    return {
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": {"type": "string"},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": data,
            },
        },
    }
