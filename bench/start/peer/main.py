"""The first example of FastAPI's tutorial."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def root() -> dict[str, str]:
    """Greet."""
    return {"message": "Hello World"}
