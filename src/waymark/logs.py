"""The one form of every log line, ours and the libraries', on standard error.

No secret gets past here: tokens, passwords and keys are blanked whoever logs them, however deep.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Literal

import structlog

_BLANK: Final = "***"
_SECRET_NAME: Final = re.compile(r"(?i)authorization|cookie|passw|secret|token|api_?key|jwt")
_SECRET_IN_TEXT: Final = (
    (re.compile(r"(?i)\b(\w*(?:token|password|secret)=)[^&\s\"']+"), rf"\1{_BLANK}"),
    (re.compile(r"(?i)\b((?:bearer|basic)\s+)[\w.~+/=-]+"), rf"\1{_BLANK}"),
    (re.compile(r"(\w://[^:/@\s]*):[^\s]*@"), rf"\1:{_BLANK}@"),
    (re.compile(r"\bwhsec_[\w+/=-]+"), _BLANK),
    (re.compile(r"\bwml?_[\w-]{20,}"), _BLANK),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), _BLANK),
)
_QUIET: Final = ("httpx2", "httpcore2", "alembic", "asyncio")
"""Libraries that speak of the ordinary at INFO."""


def configure_logs(form: Literal["json", "text"]) -> None:
    """Send every line of structlog and of the standard library through one renderer."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor
    if form == "json":
        renderer = structlog.processors.JSONRenderer(default=str)
    else:
        # The plain form: structlog's pretty tracebacks would print local variables, secrets included.
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redacted, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def redacted(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The log line with every secret blanked: by the name of its field, or by its form in a text."""
    return {name: _blanked(name, value) for name, value in line.items()}


def _blanked(name: str, value: object) -> object:
    if _SECRET_NAME.search(name):
        return _BLANK
    if isinstance(value, str):
        for pattern, instead in _SECRET_IN_TEXT:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, Mapping):
        return {key: _blanked(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_blanked("", each) for each in value]
    return value
