"""Set up Azure for me: the plan as a diff, applied with its progress in view, or taken away as a script."""

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from centrala.azure.errors import AzureError
from centrala.azure.identifiers import ResourceId
from centrala.azure.places import list_resources, list_subscriptions
from centrala.center.azure_runs import RUNS, Run
from centrala.center.forms import SetupForm
from centrala.connection.access import own_connection
from centrala.connection.azure_words import in_words
from centrala.connection.provisioning import Provisioner, UsedElsewhere
from centrala.connection.provisioning.exports import EXPORTS, FILE_NAMES
from centrala.connection.sign_in import azure_credential_of, azure_person_of, azure_sign_in_of
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.posting import post_only

PAGE = "center/azure_setup.html"
UNPROCESSABLE = 422


@administrators_only
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """The run under way, or one's own that has just ended, before any new plan: reloading loses nothing. Asking for a
    certain plan leaves what has ended."""
    if request.GET:
        RUNS.forget(request.user)
    if run := _run(request):
        return _shown(request, run=run)
    credential = azure_credential_of(request)
    if credential is None:
        return _shown(request)
    return _planned(request, credential)


@administrators_only
@require_safe
def progress(request: StaffRequest) -> HttpResponse:
    """What the page asks for every second while a run is under way."""
    if run := _run(request):
        return render(request, "center/_azure_run.html", {"run": run})
    # Lost with its process: a part of a page cannot show the plan, so the whole page goes.
    return HttpResponseClientRedirect(reverse("center:azure-setup")) if request.htmx else redirect("center:azure-setup")


@administrators_only
@post_only
def apply(request: StaffRequest) -> HttpResponse:
    sign_in, form = azure_sign_in_of(request), SetupForm(request.POST)
    if sign_in is None or sign_in.person is None:
        return redirect("center:azure-setup")
    if not form.is_valid() or (resource := form.cleaned_data["resource"]) is None:
        return _shown(request, form=form, status=UNPROCESSABLE)
    provisioner = _provisioner(request, sign_in.person.credential, resource, form)
    try:
        RUNS.begin(provisioner, sign_in=sign_in, actor=request.user, language=get_language() or "en")
    except Refused as refused:
        return _shown(request, form=form, failure=refused.message, status=UNPROCESSABLE)
    return redirect("center:azure-setup")


@administrators_only
@require_safe
def export(request: StaffRequest, kind: str) -> HttpResponse:
    """The plan as a file for somebody else to run. Where there is none, the page with the reason: its links carry no
    `download`, by which browsers would save that page as the script."""
    credential, form = azure_credential_of(request), SetupForm(request.GET)
    if kind not in EXPORTS:
        raise Http404
    if credential is None:
        return redirect("center:azure-setup")
    if not form.is_valid():
        return _shown(request, form=form, status=UNPROCESSABLE)
    try:
        resource = form.cleaned_data["resource"] or _only(_choices(credential))
        plan = _provisioner(request, credential, resource, form).plan()
    except (Refused, AzureError) as refused:
        return _failed(request, form, refused, status=UNPROCESSABLE)
    answer = HttpResponse(EXPORTS[kind](plan), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{FILE_NAMES[kind]}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _run(request: StaffRequest) -> Run | None:
    run = RUNS.latest
    return run if run is not None and run.shown_to(request.user) else None


def _planned(request: StaffRequest, credential: TokenCredential) -> HttpResponse:
    form = SetupForm(request.GET)
    if not form.is_valid():
        return _shown(request, form=form, status=UNPROCESSABLE)
    try:
        choices = [] if form.cleaned_data["resource"] else _choices(credential)
        if len(choices) > 1:
            return _shown(request, form=form, choices=choices)
        resource = form.cleaned_data["resource"] or _only(choices)
        plan = _provisioner(request, credential, resource, form).plan()
    except (Refused, AzureError) as refused:
        return _failed(request, form, refused)
    return _shown(request, form=form, plan=plan, resource=resource)


def _failed(request: StaffRequest, form: SetupForm, why: Refused | AzureError, *, status: int = 200) -> HttpResponse:
    return _shown(
        request,
        form=form,
        failure=in_words(why),
        resource=form.cleaned_data["resource"],
        elsewhere=isinstance(why, UsedElsewhere),
        status=status,
    )


def _choices(credential: TokenCredential) -> list[ResourceId]:
    """The connected resource, else all that the administrator may see."""
    connection = own_connection()
    if connection is not None:
        return [connection.resource]
    found = list_subscriptions(credential=credential, cloud=settings.CLOUD)
    return [each for one in found for each in list_resources(one.id, credential=credential, cloud=settings.CLOUD)]


def _only(choices: list[ResourceId]) -> ResourceId:
    if not choices:
        raise Refused(
            _("You can see no Communication Services resource in Azure. Create one there, or get Reader on it.")
        )
    if len(choices) > 1:
        raise Refused(
            _("You can see several Communication Services resources in Azure. Open this page again and choose.")
        )
    return choices[0]


def _provisioner(
    request: StaffRequest, credential: TokenCredential, resource: ResourceId, form: SetupForm
) -> Provisioner:
    return Provisioner(
        resource=resource,
        credential=credential,
        actor=request.user,
        application_id=form.cleaned_data["application_id"],
        dead_letters=form.cleaned_data["dead_letter"],
        taken_over=form.cleaned_data["taken_over"],
    )


def _shown(
    request: StaffRequest, *, form: SetupForm | None = None, run: Run | None = None, status: int = 200, **more: object
) -> HttpResponse:
    context = {
        "person": azure_person_of(request),
        "form": form or SetupForm(),
        "run": run,
        "sign_in": f"{reverse('center:azure')}?next={reverse('center:azure-setup')}",
        "exports": EXPORTS,
    }
    return render(request, PAGE, context | more, status=status)
