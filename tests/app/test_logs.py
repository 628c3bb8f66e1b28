"""No line of the log carries a secret, a telephone number or the values of a row, in either form."""

import json
import logging
from collections.abc import Callable

import pytest
from django.db import IntegrityError

from centrala.conversations.models import Contact
from centrala.masking import JsonFormatter, MaskingFormatter
from hub import CUSTOMER

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl"


def written(formatter: logging.Formatter, *, error: BaseException | None = None, message: str = "x") -> str:
    info = (type(error), error, error.__traceback__) if error else None
    return formatter.format(logging.LogRecord("centrala.x", logging.ERROR, "x.py", 1, message, None, info))


def as_json(text: str) -> str:
    told = json.loads(text)
    return str(told["message"]) + str(told.get("exception", ""))


FORMS: list[tuple[logging.Formatter, Callable[[str], str]]] = [(MaskingFormatter(), str), (JsonFormatter(), as_json)]


@pytest.mark.parametrize(("formatter", "read"), FORMS, ids=["text", "json"])
@pytest.mark.parametrize(
    ("secret", "line"),
    [
        ("s3cret-path", "Not Found: /link/s3cret-path"),
        ("Ab3dEf", "refused https://hub.example.org/hooks/Ab3dEf/sms"),
        ("abc.def", "Authorization: Bearer abc.def"),
        (JWT, f"the token {JWT} is expired"),
        ("a2V5a2V5", "endpoint=https://x;accesskey=a2V5a2V5"),
        ("pa55word", "postgresql://centrala:pa55word@db/centrala"),
        ("centrala_" + 43 * "x", f"token centrala_{43 * 'x'}"),
        ("425 555", "no answer for +1 425 555 0123"),
        ("48600100200", "sent to +48600100200."),
        ("14255550123", "subject /phonenumber/14255550123"),
    ],
    ids=["link", "hook", "bearer", "jwt", "key", "dsn", "api", "spaced", "e164", "subject"],
)
def test_secret_is_not_written(
    secret: str, line: str, formatter: logging.Formatter, read: Callable[[str], str]
) -> None:
    assert secret not in read(written(formatter, message=line))


@pytest.mark.django_db
@pytest.mark.parametrize(("formatter", "read"), FORMS, ids=["text", "json"])
def test_error_of_the_database_is_told_without_the_row(
    formatter: logging.Formatter, read: Callable[[str], str]
) -> None:
    Contact.objects.create(number=CUSTOMER, name="Anna\n\nNowak")
    with pytest.raises(IntegrityError) as raised:
        Contact.objects.create(number=CUSTOMER)

    told = read(written(formatter, error=raised.value))

    assert "duplicate key value violates unique constraint" in told
    assert CUSTOMER.lstrip("+") not in told


@pytest.mark.parametrize(("formatter", "read"), FORMS, ids=["text", "json"])
def test_what_is_no_secret_stays(formatter: logging.Formatter, read: Callable[[str], str]) -> None:
    line = (
        "Event 12345678901 of type SMSReceived failed at 2026-11-27T10:00:00+00:00: 30 s, http://127.0.0.1:8080/desk/"
    )

    assert read(written(formatter, message=line)) == line
