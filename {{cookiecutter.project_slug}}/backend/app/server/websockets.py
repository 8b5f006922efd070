"""WebSockets: uvicorn's implementation, imported when the first connection is opened."""

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState


def open_websocket(
    config: Config, server_state: ServerState, app_state: dict[str, Any]
) -> asyncio.Protocol:
    """Create the protocol of one connection; uvicorn calls this in place of a class.

    Importing the implementation would make every start slower, even in apps without WebSockets.
    """
    from uvicorn.protocols.websockets import websockets_sansio_impl  # noqa: PLC0415

    return websockets_sansio_impl.WebSocketsSansIOProtocol(config, server_state, app_state)
