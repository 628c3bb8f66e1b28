"""Addresses that do something when a form is sent there, and are no pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from centrala.look.place import page_at

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def post_only(view: View) -> View:
    """Whoever only looks there is told so, and is led to the page above. Stands below who may open the address."""

    @wraps(view)
    def posted(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:  # whatever the view takes
        return view(request, *args, **kwargs) if request.method == "POST" else _told(request)

    posted.post_only = True  # type: ignore[attr-defined]  # read by page_at
    return cast("View", posted)


def _told(request: HttpRequest) -> HttpResponse:
    response = render(request, "405.html", {"above": page_at(request)}, status=405)
    response["Allow"] = "POST"
    return response
