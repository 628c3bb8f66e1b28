"""Lines of the log without the one-time tokens that stand in addresses."""

import logging
import re

# A path at its beginning or behind a host: /link/TOKEN, /set-up/TOKEN, /forgot/UID/TOKEN, as the addresses are in
# organization.urls. Django names the path of whatever it refuses, and of a foreign page where a form came from.
TOKENS = re.compile(r"(?<![\w-])((?:https?://[^/\s]+)?/(?:link|set-up|forgot)/)[^\s)\"']+")


class MaskingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return TOKENS.sub(r"\1…", super().format(record))
