"""The form of an event subscription, both ways: typed values become Event Grid's body, a body fills the form."""

import re
from collections.abc import Sequence

from localazure.eventgrid.event_types import EVENT_TYPES
from localazure.eventgrid.operators import OPERATORS, Kind
from localazure.portal.acting import Json
from localazure.portal.forms import Form
from localazure.portal.refusing import gettext_noop as _
from localazure.portal.refusing import refused

NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
RANGE = re.compile(r"(?P<least>.+?)\.\.(?P<most>.+)")  # a range is typed as 1..5


def settings(form: Form) -> Json:
    """What Event Grid is asked for; whether it can be had is said there."""
    asked: Json = {
        "destination": {"endpointType": form.get("endpoint_type"), "properties": destination(form)},
        "filter": _filter(form),
        "eventDeliverySchema": form.get("schema"),
        "retryPolicy": {
            "maxDeliveryAttempts": _number(form.get("max_attempts")),
            "eventTimeToLiveInMinutes": _number(form.get("ttl_minutes")),
        },
    }
    if "dead_letter" in form:
        place = {"resourceId": form.get("dead_letter_account"), "blobContainerName": form.get("dead_letter_container")}
        asked["deadLetterDestination"] = {"endpointType": "StorageBlob", "properties": place}
    return asked


def destination(form: Form) -> Json:
    tenant, application = form.get("aad_tenant"), form.get("aad_application")
    if "aad" in form and not (tenant and application):
        raise refused(_("AAD authentication needs both: AAD Tenant ID and AAD Application ID or URI."))
    protected = "aad" in form
    return {
        "endpointUrl": form.get("endpoint"),
        "maxEventsPerBatch": _number(form.get("max_events")),
        "preferredBatchSizeInKilobytes": _number(form.get("preferred_kilobytes")),
        "azureActiveDirectoryTenantId": tenant if protected else None,
        "azureActiveDirectoryApplicationIdOrUri": application if protected else None,
    }


def filled(name: str, properties: Json, url: str) -> Form:
    """The form as it would have been typed for these settings; `url` is the endpoint with its query."""
    reached, rule, retries = properties["destination"]["properties"], properties["filter"], properties["retryPolicy"]
    buried = (properties["deadLetterDestination"] or {}).get("properties")
    types = [] if set(rule["includedEventTypes"] or ()) == set(EVENT_TYPES) else rule["includedEventTypes"] or []
    protected = reached["azureActiveDirectoryApplicationIdOrUri"]
    fields = {
        "name": name,
        "schema": properties["eventDeliverySchema"],
        "endpoint_type": "WebHook",
        "endpoint": url,
        "begins_with": rule["subjectBeginsWith"],
        "ends_with": rule["subjectEndsWith"],
        **({"case_sensitive": "yes"} if rule["isSubjectCaseSensitive"] else {}),
        **({"arrays": "yes"} if rule["enableAdvancedFilteringOnArrays"] else {}),
        **({"dead_letter": "yes"} if buried else {}),
        "dead_letter_account": buried["resourceId"] if buried else "",
        "dead_letter_container": buried["blobContainerName"] if buried else "",
        "max_attempts": str(retries["maxDeliveryAttempts"]),
        "ttl_minutes": str(retries["eventTimeToLiveInMinutes"]),
        "max_events": str(reached["maxEventsPerBatch"]),
        "preferred_kilobytes": str(reached["preferredBatchSizeInKilobytes"]),
        **({"aad": "yes"} if protected else {}),
        "aad_tenant": reached["azureActiveDirectoryTenantId"] or "",
        "aad_application": protected or "",
    }
    pairs = [*fields.items(), *(("event_type", one) for one in types)]
    for one in rule["advancedFilters"]:
        pairs += [("filter_key", one["key"]), ("filter_operator", one["operatorType"]), ("filter_value", _typed(one))]
    return Form(tuple(pairs))


def rows(form: Form) -> list[tuple[str, str, str]]:
    """The advanced filters as typed: key, operator, values."""
    return list(zip(form.all("filter_key"), form.all("filter_operator"), form.all("filter_value"), strict=False))


def _filter(form: Form) -> Json:
    return {
        "includedEventTypes": form.all("event_type"),
        "subjectBeginsWith": form.get("begins_with"),
        "subjectEndsWith": form.get("ends_with"),
        "isSubjectCaseSensitive": "case_sensitive" in form,
        "enableAdvancedFilteringOnArrays": "arrays" in form,
        "advancedFilters": [_advanced(*row) for row in rows(form) if row[0] or row[2]],
    }


def _advanced(key: str, operator: str, typed: str) -> Json:
    kind = known.kind if (known := OPERATORS.get(operator)) else Kind.STRINGS
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    asked: Json = {"operatorType": operator, "key": key}
    if kind is Kind.NOTHING:
        return asked
    if kind is Kind.BOOL:
        return asked | {"value": {"true": True, "false": False}.get(typed.lower(), typed)}
    if kind is Kind.NUMBER:
        return asked | {"value": _number(typed)}
    return asked | {"values": _values(kind, lines)}


def _values(kind: Kind, lines: Sequence[str]) -> list[object]:
    if kind is Kind.STRINGS:
        return list(lines)
    if kind is Kind.NUMBERS:
        return [_number(line) for line in lines]
    pairs = [RANGE.fullmatch(line) for line in lines]
    return [[_number(pair["least"]), _number(pair["most"])] if pair else [] for pair in pairs]


def _typed(one: Json) -> str:
    values = one.get("values", [one["value"]] if "value" in one else [])
    return "\n".join("..".join(map(_word, each)) if isinstance(each, list) else _word(each) for each in values)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(text: str) -> int | float | str | None:
    """What is no number goes on as it is: the service says so."""
    text = text.strip()
    if not NUMBER.fullmatch(text):
        return text or None
    return float(text) if "." in text else int(text)
