"""The server: listens where the settings say and runs the app until it is told to stop."""

import logging
import socket
import sys
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError
from uvicorn.config import Config
from uvicorn.server import Server
from uvicorn.supervisors import Multiprocess

from app.server.logs import logging_config
from app.server.platform import Listener, load_platform
from app.server.settings_check import find_errors
from app.settings import Settings, load_settings

WRONG_SETTING = 2
"""The exit status if a setting is wrong or its port is taken: starting again does not help."""

START_FAILED = 3
"""The exit status if the app can't start; the log says why."""

DEVELOPMENT_GRACE_SECONDS = 1
"""The longest that a reload waits for running streams."""

KEEP_ALIVE_SECONDS = 75
"""Longer than the 60 s after which proxies close idle connections, so that they close first."""

log = logging.getLogger(__name__)


def run(factory: str) -> int:
    """Serve an app until told to stop.

    Args:
        factory: the function that creates the app, as in `app.main:create_app`.

    Returns:
        The exit status.
    """
    try:
        settings = load_settings()
        listener = Listener()
        load_platform()
    except (ValidationError, SettingsError):
        return report(*find_errors())
    config = configure(factory, settings, listener)
    try:
        sockets = [bind_port(listener.backend_host, listener.backend_port)]
        if listener.backend_socket:
            sockets.append(bind_path(listener.backend_socket))
    except OSError as error:
        return report(str(error))
    return serve(config, sockets)


def report(*sentences: str) -> int:
    """Print what is wrong with the settings.

    Returns:
        The exit status for it.
    """
    for sentence in sentences:
        sys.stderr.write(f"{sentence}\n")
    return WRONG_SETTING


def configure(factory: str, settings: Settings, listener: Listener) -> Config:
    """Turn the settings into uvicorn's configuration, and configure the logs.

    Args:
        factory: the function that creates the app.
        settings: what people set.
        listener: where to listen.

    Returns:
        The configuration.
    """
    grace_seconds = settings.grace_seconds
    if load_platform().layout == "development":
        grace_seconds = min(grace_seconds, DEVELOPMENT_GRACE_SECONDS)
    return Config(
        factory,
        factory=True,
        workers=settings.web_concurrency,
        ws="app.server.websockets:open_websocket",
        timeout_graceful_shutdown=grace_seconds,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        forwarded_allow_ips="*" if listener.backend_socket else listener.forwarded_allow_ips,
        access_log=False,
        server_header=False,
        log_config=logging_config(settings.log_format, access_log=settings.access_log),
    )


def bind_port(host: str, port: int) -> socket.socket:
    """Bind a TCP socket, which does not listen yet.

    Raises:
        OSError: nothing can listen there; the message is a sentence.
    """
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # asyncio sets this only on sockets of its own; without it events may wait 40 ms
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        reason = error.strerror or error
        raise OSError(
            f"The backend can't listen on {host}:{port} (BACKEND_HOST, BACKEND_PORT): {reason}."
        ) from error
    made.set_inheritable(True)
    return made


def bind_path(path: Path) -> socket.socket:
    """Bind a Unix socket, which does not listen yet.

    Raises:
        OSError: nothing can listen there; the message is a sentence.
    """
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(str(path))
    except OSError as error:
        made.close()
        reason = error.strerror or error
        raise OSError(f"The backend can't listen on {path} (BACKEND_SOCKET): {reason}.") from error
    made.set_inheritable(True)
    return made


def serve(config: Config, sockets: list[socket.socket]) -> int:
    """Serve on all the sockets until told to stop.

    Returns:
        The exit status.
    """
    server = Server(config)
    try:
        if config.workers > 1:
            Multiprocess(config, sockets=sockets).run()
        else:
            server.run(sockets)
            return 0 if server.started else START_FAILED
    except KeyboardInterrupt:
        pass
    except Exception:
        log.exception("The app can't start")
        return START_FAILED
    return 0
