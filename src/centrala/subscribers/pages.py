"""The pages of outgoing webhooks, for administrators: what is told to whom, and how it went."""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from centrala.errors import Refused
from centrala.keyset import CursorField, page, serial
from centrala.organization.access import StaffRequest, administrators_only
from centrala.organization.forms import WORDS, explain
from centrala.organization.posting import post_only
from centrala.subscribers import actions
from centrala.subscribers.access import subscriptions_of
from centrala.subscribers.models import Kind, State, Subscription

PAGE = 50
UNPROCESSABLE = 422
PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}


class PlaceForm(forms.Form):
    after = CursorField(key=serial)


class WebhookForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("webhook", "Name"),
        help_text=gettext_lazy("Whose program it is."),
        max_length=100,
        widget=forms.TextInput(WORDS | {"autocomplete": "off"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("It begins with https:// and takes POST."),
        max_length=500,
        widget=forms.TextInput(PLAIN | {"inputmode": "url"}),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("It is told when"),
        choices=[(kind.value, kind.label) for kind in Kind],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one thing that the address is told.")},
    )


@administrators_only
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    return render(
        request, "subscribers/webhooks.html", {"webhooks": subscriptions_of(request.user).order_by("name", "id")}
    )


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: StaffRequest) -> HttpResponse:
    """The secret is shown by the answer to the form, and never again."""
    form = WebhookForm(request.POST or None)
    if form.is_valid():
        try:
            kept, secret = actions.register(**form.cleaned_data, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            return render(request, "subscribers/secret.html", {"webhook": kept, "secret": secret})
    return _form(request, form)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _found(request, webhook_id)
    form = WebhookForm(request.POST or None, initial={name: getattr(webhook, name) for name in WebhookForm.base_fields})
    if form.is_valid():
        try:
            actions.change(subscription=webhook, **form.cleaned_data, actor=request.user)
        except Refused as refused:
            explain(form, refused)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": form.cleaned_data["name"]})
            return redirect("webhooks:webhook", webhook_id)
    return _form(request, form, webhook)


@administrators_only
@require_safe
def webhook(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    """One of them, with its delivery log."""
    found, form = _found(request, webhook_id), PlaceForm(request.GET)
    form.is_valid()
    after = form.cleaned_data.get("after")
    shown, following = page(found.log.select_related("delivery"), by="at", after=after, limit=PAGE)
    context = {
        "webhook": found,
        "kinds": [Kind(kind).label for kind in found.kinds],
        "stopped": found.state != State.ACTIVE,
        "waiting": found.deliveries.filter(due_at__isnull=False).count(),
        "attempts": shown,
        "following": urlencode({"after": following}) if following else "",
        "later": after is not None,
    }
    return render(request, "subscribers/webhook.html", context)


@administrators_only
@post_only
def renew_secret(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _found(request, webhook_id)
    secret = actions.renew_secret(subscription=webhook, actor=request.user)
    return render(request, "subscribers/secret.html", {"webhook": webhook, "secret": secret, "renewed": True})


@administrators_only
@post_only
def pause(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _found(request, webhook_id)
    actions.pause(subscription=webhook, actor=request.user)
    messages.success(request, _("“%(name)s” is paused.") % {"name": webhook.name})
    return redirect("webhooks:webhook", webhook_id)


@administrators_only
@post_only
def resume(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _found(request, webhook_id)
    actions.resume(subscription=webhook, actor=request.user)
    messages.success(request, _("“%(name)s” is told again what happens.") % {"name": webhook.name})
    return redirect("webhooks:webhook", webhook_id)


@administrators_only
@post_only
def delete(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    webhook = _found(request, webhook_id)
    actions.delete(subscription=webhook, actor=request.user)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": webhook.name})
    return redirect("webhooks:all")


@administrators_only
@post_only
def send_test(request: StaffRequest, webhook_id: UUID) -> HttpResponse:
    actions.send_test(subscription=_found(request, webhook_id), actor=request.user)
    messages.success(request, _("The test is on its way. The log below shows how it went: open this page again."))
    return redirect("webhooks:webhook", webhook_id)


@administrators_only
@post_only
def send_again(request: StaffRequest, webhook_id: UUID, delivery_id: UUID) -> HttpResponse:
    delivery = get_object_or_404(_found(request, webhook_id).deliveries, pk=delivery_id)
    try:
        actions.send_again(delivery=delivery, actor=request.user)
    except Refused as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, _("It is on its way again. The log below shows how it went: open this page again."))
    return redirect("webhooks:webhook", webhook_id)


def _found(request: StaffRequest, webhook_id: UUID) -> Subscription:
    return get_object_or_404(subscriptions_of(request.user), pk=webhook_id)


def _form(request: StaffRequest, form: WebhookForm, webhook: Subscription | None = None) -> HttpResponse:
    context = {"form": form, "webhook": webhook}
    return render(request, "subscribers/form.html", context, status=UNPROCESSABLE if form.errors else 200)
