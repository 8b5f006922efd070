"""The format of the logs, including the server's own."""

import logging
from typing import Any, Literal

from app.web.middleware import request_id

TEXT_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"

JSON_FORMATTER = {
    "()": "pythonjsonlogger.json.JsonFormatter",
    "fmt": ["levelname", "name", "request_id", "message"],
    "style": "sequence",
    "timestamp": "time",
    "rename_fields": {
        "levelname": "level",
        "name": "logger",
        "exc_info": "exception",
        "stack_info": "stack",
    },
}
"""One JSON object per line, with whatever else a call passes as `extra`."""


class RequestIdFilter(logging.Filter):
    """Adds the ID of the current request to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Set `request_id`, and drop uvicorn's message with colors; every record passes."""
        record.request_id = request_id.get()
        vars(record).pop("color_message", None)
        return True


def logging_config(log_format: Literal["text", "json"], *, access_log: bool) -> dict[str, Any]:
    """Configure all logs for `logging.config.dictConfig`: to stderr, with the request's ID.

    Without the access log, only requests that fail have a line.
    """
    formatter = JSON_FORMATTER if log_format == "json" else {"format": TEXT_FORMAT}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {log_format: formatter},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": log_format,
                "filters": ["request_id"],
            }
        },
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "app.requests": {"level": "INFO" if access_log else "WARNING"},
            "httpx2": {"level": "WARNING"},  # it logs URLs, which may contain credentials
        },
    }
