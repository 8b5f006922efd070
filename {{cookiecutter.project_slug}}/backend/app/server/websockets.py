"""WebSockets: uvicorn's implementation, imported when the first connection is opened."""

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState


def open_websocket(
    config: Config, server_state: ServerState, app_state: dict[str, Any]
) -> asyncio.Protocol:
    """Create the protocol of one connection; uvicorn calls this in place of a class.

    The import is here because it would make every start slower, also of apps without WebSockets.

    Args:
        config: the server's configuration.
        server_state: the server's connections and tasks.
        app_state: what the lifespan yields.

    Returns:
        The protocol, which takes over the connection.
    """
    from uvicorn.protocols.websockets import websockets_sansio_impl  # noqa: PLC0415

    return websockets_sansio_impl.WebSocketsSansIOProtocol(config, server_state, app_state)
