"""Shared Key and shared access signatures, verified.

https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
https://learn.microsoft.com/rest/api/storageservices/create-account-sas
https://learn.microsoft.com/rest/api/storageservices/create-service-sas
"""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from localazure.clock import http_date, real_time
from localazure.errors import AUTHENTICATION, PART_NOT_EMULATED, ServiceError
from localazure.pipeline import Call
from localazure.records.storage import StorageAccount
from localazure.same import same

SKEW = timedelta(minutes=15)
SIGNED_HEADERS = (
    "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
    "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
)  # fmt: skip
OVERRIDES = ("rscc", "rscd", "rsce", "rscl", "rsct")  # what a blob comes back with instead of its own
WITH_SCOPE = "2020-12-06"  # since when the encryption scope is signed
OLDEST = "2018-11-09"
NOT_KNOWN = {"skoid": "user delegation SAS", "sip": "the signed IP of a SAS"}


def check_key(account: StorageAccount, call: Call) -> None:
    """Raises 403 unless one of the account's keys signed the request."""
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    name, _, signature = value.strip().partition(":")
    if scheme.lower() != "sharedkey" or name != account.name:
        raise refused("The Authorization header names another account or scheme.")
    _check_date(call.headers.get("x-ms-date") or call.headers.get("date", ""))
    if not any(same(_signed(key, one), signature) for key in _keys(account) for one in _requests(account, call)):
        raise refused("The MAC signature found in the HTTP request is not the same as any computed signature.")


def check_sas(account: StorageAccount, call: Call) -> None:
    """Raises 403 unless the query carries an account or service SAS in force, signed with one of the keys."""
    query = call.query
    for field, what in NOT_KNOWN.items():
        if field in query:
            raise PART_NOT_EMULATED.of(what=what)
    if not query.get("sv", "") >= OLDEST or "si" in query or not query.get("sp"):
        raise refused("sv and sp are mandatory, and there is no stored access policy.")
    texts = _account_texts(account, query) if "ss" in query else _service_texts(account, call)
    if not any(same(_signed(key, text), query["sig"]) for key in _keys(account) for text in texts):
        raise refused("Signature did not match.")
    _check_times(query.get("st", ""), query.get("se", ""))


def refused(detail: str) -> ServiceError:
    return AUTHENTICATION.of(detail=detail)


def resource_of(call: Call) -> list[str]:
    """Account, container and blob of the path as it was sent, decoded: a blob's name may have any character."""
    path = call.target.partition("?")[0]
    return [unquote(part) for part in path.lstrip("/").split("/", 2)]


def _keys(account: StorageAccount) -> tuple[str, str]:
    return account.key1, account.key2


def _signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(base64.b64decode(key), text.encode(), "sha256")).decode()


def _requests(account: StorageAccount, call: Call) -> Iterable[str]:
    """What is signed. Names are ordered by the alphabet or, as the service orders them, with hyphens last of all."""
    values = [call.headers.get(name, "") for name in SIGNED_HEADERS]
    if values[2] == "0":
        values[2] = ""
    if call.headers.get("x-ms-date"):
        values[5] = ""
    named = {name for name in call.headers if name.startswith("x-ms-")}
    path, _, query = call.target.partition("?")
    resource = f"/{account.name}{path}" + "".join(f"\n{name}:{value}" for name, value in _queried(query))
    for order in (str, _by_letters):
        own = "".join(f"{name}:{call.headers[name].strip()}\n" for name in sorted(named, key=order))
        yield "\n".join([call.method, *values, own + resource])


def _by_letters(name: str) -> str:
    return re.sub(r"-", "", name) + "\0" + name


def _queried(query: str) -> list[tuple[str, str]]:
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(unquote(name).lower(), []).append(unquote(value))
    return [(name, ",".join(sorted(values))) for name, values in sorted(found.items())]


def _check_date(text: str) -> None:
    try:
        late = abs(real_time() - http_date(text))
    except ValueError:
        raise refused("The Date header in the request is incorrect.") from None
    if late > SKEW:
        raise refused(f"Request date header too old: '{text}'.")


def _account_texts(account: StorageAccount, query: Mapping[str, str]) -> list[str]:
    names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"]
    if query["sv"] >= WITH_SCOPE:
        names.append("ses")
    return ["\n".join([account.name, *(query.get(name, "") for name in names), ""])]


def _service_texts(account: StorageAccount, call: Call) -> list[str]:
    """`sr` says what was signed for: this blob, or the container it lies in."""
    query, (_, *rest) = call.query, resource_of(call)
    if query.get("sr") not in {"b", "c"}:
        raise refused("sr is mandatory. Cannot be empty, and is b or c.")
    resource = "/".join(["/blob", account.name, *(rest if query["sr"] == "b" else rest[:1])])
    scope = [query.get("ses", "")] if query["sv"] >= WITH_SCOPE else []
    fields = [query.get(name, "") for name in ("sp", "st", "se")]
    more = [query.get(name, "") for name in ("si", "sip", "spr", "sv", "sr")]
    return ["\n".join([*fields, resource, *more, "", *scope, *(query.get(name, "") for name in OVERRIDES)])]


def _check_times(start: str, expiry: str) -> None:
    now = real_time()
    since, until = _moment(start) if start else None, _moment(expiry)
    if (since and now < since) or now >= until:
        raise refused(
            f"Signature not valid in the specified time frame: Start [{start}] - Expiry [{expiry}] - Current [{now}]"
        )


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise refused("st and se are times in UTC such as 2026-01-31T00:00:00Z; se is mandatory.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
