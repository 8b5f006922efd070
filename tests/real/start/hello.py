"""The first example of FastAPI's tutorial."""

from fastapi import FastAPI

app = FastAPI()


async def root() -> dict[str, str]:
    """Greet."""
    return {"message": "Hello World"}


app.add_api_route("/", root, response_model=None)  # as in the tutorial, without types
