"""The server: it listens where the settings say and runs the app until it has to stop."""

import asyncio
import logging
import socket
import sys
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.server import Server, ServerState
from uvicorn.supervisors import Multiprocess

from app.server.logs import logging_config
from app.server.platform import Listener, find_errors, load_platform, report
from app.settings import Settings, load_settings

DEVELOPMENT_GRACE_SECONDS = 1
"""The longest that a reload waits for running streams."""

KEEP_ALIVE_SECONDS = 75
"""Longer than the 60 s after which proxies close idle connections, so that they close first."""

log = logging.getLogger(__name__)


class ForwardedHeaders(ProxyHeadersMiddleware):
    """uvicorn's middleware for the headers of trusted proxies, with X-Forwarded-Host too.

    With the host, `request.url_for()` and redirects use the same address as the client.
    """

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Handle one request or WebSocket."""
        if scope["type"] != "lifespan" and (scope["client"] or [None])[0] in self.trusted_hosts:
            headers = dict(scope["headers"])
            if host := headers.get(b"x-forwarded-host", b"").rpartition(b",")[2].strip():
                others = [header for header in scope["headers"] if header[0] != b"host"]
                scope["headers"] = [(b"host", host), *others]
        await super().__call__(scope, receive, send)


def open_websocket(
    config: Config, server_state: ServerState, app_state: dict[str, Any]
) -> asyncio.Protocol:
    """Create the protocol of one connection; uvicorn calls this in place of a class.

    Importing the implementation would make every start slower, even in apps without WebSockets.
    """
    from uvicorn.protocols.websockets import websockets_sansio_impl  # noqa: PLC0415

    return websockets_sansio_impl.WebSocketsSansIOProtocol(config, server_state, app_state)


class AppConfig(Config):
    """uvicorn's configuration; each process of the server loads the app with it."""

    def load(self) -> None:
        """Load the app behind `ForwardedHeaders`; end the process if the app can't be loaded."""
        try:
            super().load()
        except Exception:
            log.exception("The app can't start")
            sys.exit(STARTUP_FAILURE)
        self.loaded_app = ForwardedHeaders(self.loaded_app, self.forwarded_allow_ips)


def run(factory: str) -> int:
    """Serve the app of a factory such as `app.main:create_app`, and return the exit status."""
    try:
        settings = load_settings()
        listener = Listener()
        load_platform()
    except (ValidationError, SettingsError):
        return report(*find_errors())
    config = configure(factory, settings, listener)
    try:
        sockets = [bind_port(listener.backend_host, listener.backend_port)]
        if path := listener.backend_socket:
            unix = socket.socket(socket.AF_UNIX)
            sockets.append(bind(unix, str(path), f"{path} (BACKEND_SOCKET)"))
    except OSError as error:
        return report(str(error))
    return serve(config, sockets)


def configure(factory: str, settings: Settings, listener: Listener) -> AppConfig:
    """Turn the settings into uvicorn's configuration, and configure the logs."""
    grace_seconds = settings.grace_seconds
    if load_platform().layout == "development":
        grace_seconds = min(grace_seconds, DEVELOPMENT_GRACE_SECONDS)
    return AppConfig(
        factory,
        factory=True,
        workers=settings.web_concurrency,
        ws="app.server.run:open_websocket",
        timeout_graceful_shutdown=grace_seconds,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        proxy_headers=False,  # `AppConfig` adds them
        forwarded_allow_ips="*" if listener.backend_socket else listener.forwarded_allow_ips,
        access_log=False,
        server_header=False,
        log_config=logging_config(settings.log_format, access_log=settings.access_log),
    )


def bind_port(host: str, port: int) -> socket.socket:
    """Bind a TCP socket."""
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # asyncio sets this only on its own sockets; without it, events may be 40 ms late
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bind(made, (host, port), f"{host}:{port} (BACKEND_HOST, BACKEND_PORT)")


def bind(made: socket.socket, address: tuple[str, int] | str, name: str) -> socket.socket:
    """Bind a socket, which doesn't listen yet; an `OSError` is a sentence with the address."""
    try:
        made.bind(address)
    except OSError as error:
        made.close()
        reason = error.strerror or error
        raise OSError(f"The backend can't listen on {name}: {reason}.") from error
    made.set_inheritable(True)
    return made


def serve(config: AppConfig, sockets: list[socket.socket]) -> int:
    """Serve on all the sockets until the process has to stop, and return the exit status."""
    try:
        if config.workers > 1:
            supervisor = Multiprocess(config, sockets)
            supervisor.run()
            codes = [process.exitcode for process in supervisor.processes]
            return STARTUP_FAILURE if STARTUP_FAILURE in codes else 0
        server = Server(config)
        server.run(sockets)
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else STARTUP_FAILURE
