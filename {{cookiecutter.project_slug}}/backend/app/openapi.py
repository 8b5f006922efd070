"""The OpenAPI document: what FastAPI infers, and the two things that it cannot.

`python -m app.openapi` prints it, without a server: the frontend's types are made from it.
"""

import json
import sys
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from app.events import StreamEvent
from app.problems import Problem, ProblemResponse
from app.sse import EventStream

REFERENCE = "#/components/schemas/{model}"


def document(app: FastAPI) -> dict[str, Any]:
    """Complete the app's OpenAPI document, which the app then serves too.

    FastAPI gives every response of a route the media type of its success and calls a stream a
    string; here problems get their own media type, and the stream the schema of its events.

    Args:
        app: an app that has all of its routes.

    Returns:
        The document.
    """
    openapi = app.openapi()
    _, schemas = TypeAdapter.json_schemas(
        [
            ("StreamEvent", "serialization", TypeAdapter(StreamEvent)),
            ("Problem", "serialization", TypeAdapter(Problem)),
        ],
        ref_template=REFERENCE,
    )
    openapi.setdefault("components", {}).setdefault("schemas", {}).update(schemas["$defs"])
    for path in openapi["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if status in {"4XX", "5XX"}:
                    response["content"] = {ProblemResponse.media_type: refer_to("Problem")}
                elif EventStream.media_type in content:
                    content[EventStream.media_type] = refer_to("StreamEvent")
    return openapi


def refer_to(model: str) -> dict[str, Any]:
    """Point to a schema among the document's components."""
    return {"schema": {"$ref": REFERENCE.format(model=model)}}


if __name__ == "__main__":
    from app.main import create_app

    sys.stdout.write(json.dumps(document(create_app()), indent=2) + "\n")
