"""Endpoints for tests, under `/api`."""

import asyncio
import gzip
import logging
import os
from collections.abc import AsyncGenerator

from fastapi import (
    APIRouter,
    BackgroundTasks,
    HTTPException,
    Request,
    Response,
    WebSocket,
)
from fastapi.responses import JSONResponse, StreamingResponse

router = APIRouter()
log = logging.getLogger(__name__)


@router.get("/health")
async def health(response: Response) -> dict[str, str]:
    """Report that the app is ready."""
    response.headers["Cache-Control"] = "no-store"
    return {"status": "ok"}


@router.post("/length")
async def length(request: Request) -> dict[str, int]:
    """Return the length of the body, and log its arrival."""
    size = len(await request.body())
    log.info("received %d bytes", size)
    return {"length": size}


@router.get("/slow")
async def slow(seconds: float) -> dict[str, float]:
    """Respond after a delay."""
    await asyncio.sleep(seconds)
    return {"seconds": seconds}


@router.get("/headers")
async def headers(request: Request) -> dict[str, str]:
    """Return the request's headers and the client's address."""
    client = request.client.host if request.client else ""
    return {**request.headers, "client": client, "url": str(request.url)}


@router.get("/variable")
async def variable(name: str) -> str | None:
    """Return an environment variable of the process."""
    return os.environ.get(name)


@router.api_route("/any", methods=["GET", "HEAD", "POST", "DELETE", "PROPFIND"])
async def anything(request: Request) -> dict[str, str | int]:
    """Return the request."""
    return {"method": request.method, "length": len(await request.body())}


@router.api_route("/status/{code}", methods=["GET", "HEAD"])
async def status(code: int, size: int = 0, chunked: bool = False) -> Response:
    """Respond with a status and a body of a given size, with a length or in chunks."""
    body = b"x" * size
    return StreamingResponse(iter([body]), code) if chunked else Response(body, code)


@router.get("/json")
async def large_json(packed: bool = False) -> Response:
    """Respond with JSON that compresses well, already compressed or not."""
    body = b'["' + b"x" * 100_000 + b'"]'
    headers = {"Content-Encoding": "gzip"} if packed else None
    return Response(gzip.compress(body) if packed else body, 200, headers, "application/json")


@router.get("/text")
async def text() -> StreamingResponse:
    """Stream text."""
    return StreamingResponse(lines("one line after another\n"), media_type="text/plain")


@router.get("/raised/{code}")
async def raised(code: int) -> None:
    """Raise an exception with a status."""
    raise HTTPException(code)


@router.get("/returned/{code}")
async def returned(code: int) -> Response:
    """Answer with a status and JSON, which the status may not allow."""
    return JSONResponse({"a": "body"}, code)


async def fail_late() -> None:
    """Fail after the response."""
    await asyncio.sleep(0.05)
    raise RuntimeError("late")


@router.get("/late")
async def late(tasks: BackgroundTasks) -> str:
    """Answer, then fail."""
    tasks.add_task(fail_late)
    return "in time"


@router.get("/broken")
async def broken() -> None:
    """Fail."""
    raise RuntimeError("broken")


async def lines(text: str) -> AsyncGenerator[str]:
    """Yield a line twenty times, 0.05 s apart."""
    for _ in range(20):
        yield text
        await asyncio.sleep(0.05)


@router.get("/events")
async def events() -> StreamingResponse:
    """Stream events without a header other than their type."""
    return StreamingResponse(lines("data: 1\n\n"), media_type="text/event-stream")


@router.get("/lines")
async def json_lines() -> StreamingResponse:
    """Stream JSON lines."""
    return StreamingResponse(lines("1\n"), media_type="application/jsonl")


@router.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    """Send back each message."""
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)
