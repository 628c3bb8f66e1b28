"""The formats of Azure's specifications."""

import base64
import re
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from uuid import UUID

from jsonschema import FormatChecker

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or DATE_TIME.fullmatch(value) is not None


@FORMATS.checks("date-time-rfc1123", raises=(ValueError, TypeError))
def is_rfc1123(value: object) -> bool:
    return not isinstance(value, str) or parsedate_to_datetime(value) is not None


@FORMATS.checks("uuid", raises=ValueError)
def is_uuid(value: object) -> bool:
    return not isinstance(value, str) or str(UUID(value)) == value.lower()


@FORMATS.checks("uri")
@FORMATS.checks("url")
def is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme and urlsplit(value).netloc)


@FORMATS.checks("byte", raises=ValueError)
def is_byte(value: object) -> bool:
    return not isinstance(value, str) or base64.b64decode(value, validate=True) is not None


@FORMATS.checks("arm-id")
def is_arm_id(value: object) -> bool:
    return not isinstance(value, str) or value.lower().startswith(("/subscriptions/", "/providers/"))
