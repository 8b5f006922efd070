"""The format of the logs, the server's own included."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, Literal

from app.web.request_log import request_id

TEXT_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"


class RequestIdFilter(logging.Filter):
    """Adds the id of the current request to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Set `request_id`; every record passes."""
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object on one line, its traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record as JSON.

        Args:
            record: what was logged; `RequestIdFilter` has seen it.

        Returns:
            The JSON object, in ASCII.
        """
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": record.__dict__["request_id"],
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = self.formatStack(record.stack_info)
        return json.dumps(fields)


def logging_config(log_format: Literal["text", "json"], *, access_log: bool) -> dict[str, Any]:
    """Configure all logs: to stderr, with the id of the request that they belong to.

    Args:
        log_format: readable text, or one JSON object per line.
        access_log: whether every request has its line, or only those that fail.

    Returns:
        A dictionary for `logging.config.dictConfig`.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {"text": {"format": TEXT_FORMAT}, "json": {"()": JsonFormatter}},
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
            "httpx2": {"level": "WARNING"},  # it logs URLs, which may hold credentials
        },
    }
