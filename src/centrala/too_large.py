"""What a body that is too long is answered: the page for people, JSON for programs. See centrala.bounded."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from centrala.bounded import LARGER, TOO_LARGE

STATUS = 413
PROGRAMS = "/api/"
SOUNDS = "/center/sounds/upload/"


class TooLargeMiddleware:
    """The last one: whoever asks is known by then, and so is their language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = getattr(request, "scope", {}).get(TOO_LARGE)
        if most is None:
            return self._next(request)
        response = _told(request, most)
        response["Connection"] = "close"  # what was not read of the body must not be taken for the next request
        return response


def _told(request: HttpRequest, most: int) -> HttpResponse:
    megabytes = most // 1_000_000
    if request.path.startswith(PROGRAMS):
        message = f"The body has more than {megabytes} MB. Fix: send less at once."
        return JsonResponse({"error": {"code": "request_entity_too_large", "message": message}}, status=STATUS)
    context = {"most": megabytes, "file": request.path in LARGER, "sound": request.path == SOUNDS}
    return render(request, "413.html", context | {"back": _back(request)}, status=STATUS)


def _back(request: HttpRequest) -> str:
    """The page with the form, where the browser says which it was."""
    came = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
    return came if came and here else reverse("home")
