"""`/api`: what tests ask of a backend."""

import asyncio
import logging

from fastapi import APIRouter, Request, WebSocket

router = APIRouter(prefix="/api")
log = logging.getLogger(__name__)


@router.get("/health")
async def health() -> dict[str, str]:
    """Say that the app can serve."""
    return {"status": "ok"}


@router.post("/length")
async def length(request: Request) -> dict[str, int]:
    """Say how long the body is, and log that it came."""
    size = len(await request.body())
    log.info("received %d bytes", size)
    return {"length": size}


@router.get("/slow")
async def slow(seconds: float) -> dict[str, float]:
    """Answer late."""
    await asyncio.sleep(seconds)
    return {"seconds": seconds}


@router.get("/headers")
async def headers(request: Request) -> dict[str, str]:
    """Say which headers came, and from whom."""
    client = request.client.host if request.client else ""
    return {**request.headers, "client": client, "url": str(request.url)}


@router.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    """Send back each message."""
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text)
