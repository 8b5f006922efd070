"""Adds what FastAPI leaves out of the OpenAPI document: problem documents and streamed events."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel

from app.web.problems import Problem, ProblemResponse
from app.web.sse import EventStream

REFERENCE = "#/components/schemas/{model}"

TEMPLATES = ("app.chat", "app.web.", "app.routes.env", "app.routes.health")
"""The modules whose models the page uses by their names."""


class NameClashError(Exception):
    """Two models have the same name."""


def complete(infer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Create the app's OpenAPI document with FastAPI's own function.

    FastAPI gives every response of a route the media type of its success. Here problems have
    their own media type. The schema of a stream is the schema of each event's data.
    """
    models = list(all_models(BaseModel))
    for model in models:  # a field with a default is always present in a response
        model.model_config["json_schema_serialization_defaults_required"] = True
    openapi = infer()
    # `errors` and `data` are left out if they are empty, so their defaults don't make them required
    problem = Problem.model_json_schema(ref_template=REFERENCE, mode="validation")
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    ours = {model.__name__ for model in models if model.__module__.startswith(TEMPLATES)}
    problems = {**problem.pop("$defs"), "Problem": problem}
    reject_clashes(ours, schemas, problems)
    schemas.update(problems)
    responses = [
        each
        for path in openapi["paths"].values()
        for operation in path.values()
        for each in operation["responses"].items()
    ]
    for status, response in responses:
        if status in {"4XX", "5XX"}:
            reference = {"$ref": REFERENCE.format(model="Problem")}
            response["content"] = {ProblemResponse.media_type: {"schema": reference}}
        stream = response.get("content", {}).get(EventStream.media_type, {})
        if "$ref" in (schema := stream.get("schema", {})):
            schema.pop("type", None)  # FastAPI describes a body that isn't JSON as a string
    return openapi


def all_models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Iterate over the models that derive from a model."""
    for model in base.__subclasses__():
        yield model
        yield from all_models(model)


def reject_clashes(names: set[str], schemas: dict[str, Any], problems: dict[str, Any]) -> None:
    """Check that no schema of the document has a name that the template's models need.

    Of two models with one name, FastAPI adds their modules or `-Input` and `-Output` to both.
    """
    for key, schema in schemas.items():
        name = re.sub(r"^.+__|-(Input|Output)$", "", key)
        if name in names and (name != key or problems.get(name, schema) != schema):
            raise NameClashError(
                f"Two models are called {name}: rename yours. The template's model needs the name, "
                "because the page's types are made from the OpenAPI document."
            )
