"""Logs as JSON lines. They hold no personal data: user ids and addresses of pages, never names or forms."""

import logging

import structlog


def formatter() -> logging.Formatter:
    """The formatter of settings.LOGGING."""
    return structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.format_exc_info,
        ],
    )
