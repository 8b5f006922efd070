"""Run the backend: `python -m app`."""

import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError
from uvicorn.supervisors import ChangeReload, Multiprocess

from app.settings import settings


class Server(BaseSettings):
    """How the server listens; each field is set by the variable of its name."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    backend_host: str = "127.0.0.1"
    backend_port: int = Field(ge=1, le=65535)
    backend_socket: Path | None = Field(
        default=None, description="A Unix socket to listen on too, for a proxy beside us."
    )
    backend_reload: bool = False
    web_concurrency: int = Field(default=1, ge=1, description="Processes that share the port.")
    access_log: bool = Field(
        default=True, description="Log each request; off where a proxy before us does."
    )
    grace_seconds: int = Field(
        default=30, ge=0, description="How long running streams may take to finish after SIGTERM."
    )


def logging_config(*, access_log: bool) -> dict[str, Any]:
    """Describe the logs: one line each on stderr, with the id of the request it belongs to.

    Args:
        access_log: whether each request has its line, or only those that fail.

    Returns:
        A dictionary for `logging.config.dictConfig`.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "app.request_log.WithRequestId"}},
        "formatters": {"line": {"format": "%(levelname)s %(name)s [%(request_id)s] %(message)s"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request_id"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {"app.requests": {"level": "INFO" if access_log else "WARNING"}},
    }


def main() -> int:
    """Read the settings and serve until told to stop.

    Returns:
        The exit status: 2 where a setting is missing, wrong or unreadable, else that of `serve`.
    """
    try:
        server = Server()
        settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"{name}: {problem['msg']}. Set it in the environment.\n")
        return 2
    except SettingsError as error:  # such as a secret's file that this user may not read
        sys.stderr.write(f"{error}: {error.__cause__}\n")
        return 2
    config = uvicorn.Config(
        "app.main:app",
        host=server.backend_host,
        port=server.backend_port,
        reload=server.backend_reload,
        reload_dirs=[str(Path(__file__).parent)] if server.backend_reload else None,
        workers=server.web_concurrency,
        timeout_graceful_shutdown=server.grace_seconds,
        timeout_keep_alive=75,  # a proxy closes idle connections after 60 s: it has to be first
        forwarded_allow_ips="*" if server.backend_socket else None,
        log_level="warning" if server.backend_reload else "info",
        access_log=False,
        server_header=False,
        log_config=logging_config(access_log=server.access_log),
    )
    listener = config.bind_socket()
    # asyncio does this only for sockets of its own; without it events may wait 40 ms
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sockets = [listener]
    if server.backend_socket:
        sockets.append(unix_socket(server.backend_socket))
    return serve(config, sockets)


def unix_socket(path: Path) -> socket.socket:
    """Make a Unix socket at a path that is free."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(str(path))
    made.set_inheritable(True)
    return made


def serve(config: uvicorn.Config, sockets: list[socket.socket]) -> int:
    """Serve on all the sockets until told to stop.

    Returns:
        The exit status: 3 where the app could not start, else 0.
    """
    server = uvicorn.Server(config)
    try:
        if config.should_reload:
            ChangeReload(config, target=server.run, sockets=sockets).run()
        elif config.workers > 1:
            Multiprocess(config, sockets=sockets).run()
        else:
            server.run(sockets)
            return 0 if server.started else 3
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
