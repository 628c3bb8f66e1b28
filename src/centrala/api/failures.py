"""Every refusal of the API in one shape: {"error": {"code", "message"}}."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from centrala.api.auth import ScopeMissing
from centrala.errors import Refused

UNAUTHORIZED = "The bearer token is missing or unknown."


def failure(status: int, message: str, code: str = "") -> HttpResponse:
    """`code` is the status's name in words (not_found) unless a better one is given."""
    word = code or HTTPStatus(status).phrase.lower().replace(" ", "_")
    return JsonResponse({"error": {"code": word, "message": message}}, status=status)


def install(api: NinjaAPI) -> None:
    @api.exception_handler(AuthenticationError)
    def unauthorized(_request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        known = error.message != HTTPStatus.UNAUTHORIZED.phrase  # ninja's own word for none and for an unknown one
        response = failure(HTTPStatus.UNAUTHORIZED, error.message if known else UNAUTHORIZED)
        response["WWW-Authenticate"] = 'Bearer error="invalid_token"' if known else "Bearer"
        return response

    @api.exception_handler(ScopeMissing)
    def scope_missing(_request: HttpRequest, error: ScopeMissing) -> HttpResponse:
        response = failure(HTTPStatus.FORBIDDEN, error.message)
        response["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{error.scope.value}"'
        return response

    @api.exception_handler(Http404)
    def not_found(_request: HttpRequest, _error: Http404) -> HttpResponse:
        return failure(HTTPStatus.NOT_FOUND, "There is no such thing, or this token may not see it.")

    @api.exception_handler(HttpError)
    def refused_by_http(_request: HttpRequest, error: HttpError) -> HttpResponse:
        return failure(error.status_code, error.message)

    @api.exception_handler(ValidationError)
    def not_valid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        """Says where and why; never repeats what was sent."""
        places = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors)
        return failure(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(places), "not_valid")

    @api.exception_handler(Refused)
    def refused_by_rule(_request: HttpRequest, error: Refused) -> HttpResponse:
        return failure(HTTPStatus.UNPROCESSABLE_ENTITY, error.message, "refused")
