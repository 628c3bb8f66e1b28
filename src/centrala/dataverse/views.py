"""The Web API: /api/data/v9.2/. Who calls is asked first, so that a stranger learns of nothing what there is.

https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from centrala.dataverse import answers, csdl, metadata, reading
from centrala.dataverse.access import Caller
from centrala.dataverse.answers import Base
from centrala.dataverse.callers import caller_of
from centrala.dataverse.failures import Failure, WebApiError
from centrala.dataverse.options import options_of
from centrala.dataverse.paths import Segment, segments
from centrala.dataverse.standard import organization_id
from centrala.dataverse.tables import SETS
from centrala.dataverse.tokens import shown

VERSION = re.compile(r"v(9\.[0-2]|1\.\d)(\.0)?", re.ASCII)
OWN_VERSION = "9.2"


@csrf_exempt  # it changes nothing, and a program has no form to take a token from
@never_cache
def web_api(request: HttpRequest, version: str, path: str) -> HttpResponse:
    try:
        caller = caller_of(request)
        if request.method == "POST" and path == "$batch":
            raise Failure.NOT_IMPLEMENTED.of(what="A batch")
        if request.method not in {"GET", "HEAD"}:
            raise Failure.READ_ONLY.of(method=request.method, headers={"Allow": "GET, HEAD"})
        if not VERSION.fullmatch(version):
            raise Failure.NO_SEGMENT.of(segment=shown(version))
        response = _answer(request, caller, Base(version), segments(path))
    except WebApiError as error:
        response = answers.failure(error)
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django would call a 501 a fault of ours
    patch_vary_headers(response, ["Authorization", "Prefer"])
    return response


def _answer(request: HttpRequest, caller: Caller, base: Base, path: list[Segment]) -> HttpResponse:
    if not path:
        return _service(request, base)
    name = path[0].name
    if name in SETS:
        return reading.answer(request, caller, base, SETS[name], path)
    if name in metadata.ROOTS:
        return metadata.answer(request, base, path)
    if name in FUNCTIONS and len(path) == 1 and path[0].key in {None, ""}:
        options_of(request, ())
        body = FUNCTIONS[name](caller)
        return answers.answer({"@odata.context": base.context(f"Microsoft.Dynamics.CRM.{name}Response"), **body})
    if name == "$metadata" and len(path) == 1:
        return answers.text(csdl.document(), kind="application/xml; charset=utf-8")
    raise Failure.NO_SEGMENT.of(segment=shown(name))


def _service(request: HttpRequest, base: Base) -> HttpResponse:
    options_of(request, {"$format"})
    sets = [{"name": name, "kind": "EntitySet", "url": name} for name in SETS]
    return answers.answer({"@odata.context": f"{base.url}$metadata", "value": sets})


def _who_am_i(caller: Caller) -> answers.Json:
    organization = str(organization_id())
    return {"BusinessUnitId": organization, "UserId": str(caller.id), "OrganizationId": organization}


def _version(_caller: Caller) -> answers.Json:
    return {"Version": f"{OWN_VERSION}.0.0"}


FUNCTIONS: dict[str, Callable[[Caller], answers.Json]] = {"WhoAmI": _who_am_i, "RetrieveVersion": _version}
