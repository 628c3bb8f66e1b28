"""Lines of the log without what must not stand there: secrets, telephone numbers, and values of rows."""

import json
import logging
import re
from datetime import UTC, datetime

# What is told instead of what is found, in this order.
MASKED = [
    # A path at its beginning or behind a host: /link/TOKEN, /set-up/TOKEN, /forgot/UID/TOKEN, as the addresses are in
    # organization.urls, and an endpoint's. Django names the path of whatever it refuses, and of a foreign page where a
    # form came from.
    (re.compile(r"(?<![\w-])((?:https?://[^/\s]+)?/(?:link|set-up|forgot|hooks)/)[^\s)\"']+"), r"\1…"),
    # PostgreSQL adds the values of the row that it refuses, a customer's text of several lines among them.
    (re.compile(r"\b(DETAIL|CONTEXT):.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL), r"\1: …"),
    (re.compile(r"\b(bearer) [^\s\"',]+", re.IGNORECASE), r"\1 …"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]*\.?[\w-]*"), "…"),  # a token of Entra by itself
    (re.compile(r"\bcentrala_[\w-]{40,}"), "…"),
    (re.compile(r"\b(accesskey=)[^\s;\"']+", re.IGNORECASE), r"\1…"),
    (re.compile(r"(\w+://[^\s:/@]+:)[^\s@]+@"), r"\1…@"),  # the password in a database's address
    (re.compile(r"(?<![\w+])\+\d[\d \-]{4,16}\d\b|(?<=phonenumber/)\d+", re.IGNORECASE), "+…"),
]


def masked(text: str) -> str:
    for pattern, instead in MASKED:
        text = pattern.sub(instead, text)
    return text


class MaskingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """An object a line, for programs that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            told["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)
