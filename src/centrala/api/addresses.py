"""The API's addresses as Django takes them."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from centrala.api.failures import failure
from centrala.api.routes import api

Addresses = tuple[list[Any], str, str]


def addresses() -> Addresses:
    """Ninja answers a wrong method by itself, in plain text: here it is refused in the API's own words."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = _worded(pattern.callback)
    return patterns, app_name, namespace


def _worded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # whatever the address holds
        response = view(request, *args, **kwargs)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        allowed = ", ".join(sorted(response["Allow"].split(", ")))
        told = failure(HTTPStatus.METHOD_NOT_ALLOWED, f"This address takes {allowed}.")
        told["Allow"] = allowed
        return told

    return answered
