"""Logs: one JSON object a line on standard error, or plain lines for a terminal. Content never comes in here.

Libraries that log texts or addresses (HTTP clients with their URLs, web servers with their paths) are kept to warnings.
"""

from __future__ import annotations

import logging
import sys
from typing import Final

import structlog
from structlog.typing import Processor

QUIET: Final = ("httpx", "httpcore", "telegram", "twilio", "twilio.http_client", "aiohttp", "aiohttp.access", "asyncio",
                "uvicorn.access", "uvicorn.error", "sse_starlette")  # fmt: skip
"""Loggers of libraries that would write addresses, tokens or texts below the level of a warning."""


def configure(level: str = "INFO", *, terminal: bool | None = None) -> None:
    """Set up structlog and the loggers of the libraries.

    Args:
        level: DEBUG, INFO, WARNING or ERROR.
        terminal: Plain lines instead of JSON; None: as standard error is one or not.
    """
    plain = sys.stderr.isatty() if terminal is None else terminal
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if plain
        else structlog.processors.JSONRenderer()
    )
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr, force=True
    )
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
