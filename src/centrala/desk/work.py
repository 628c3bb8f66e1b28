"""What an agent does with work: takes an offer or declines it, picks, ends, gives away; and says how they are there."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from centrala.conversations import wrapping
from centrala.conversations.models import Conversation, ConversationState
from centrala.desk.ending import WrapUpForm
from centrala.desk.forms import PresenceForm, StartForm
from centrala.desk.transferring import TransferForm
from centrala.desk.views import NO_CONTENT, UNPROCESSABLE, find, page
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.forms import explain
from centrala.organization.posting import post_only
from centrala.routing import actions
from centrala.routing.models import Offer

Act = Callable[..., Conversation]  # of routing.actions, by keyword


@staff_only
@post_only
def accept(request: StaffRequest, offer_id: int) -> HttpResponse:
    return _done(request, actions.accept, offer=_offer(request, offer_id))


@staff_only
@post_only
def decline(request: StaffRequest, offer_id: int) -> HttpResponse:
    try:
        actions.decline(offer=_offer(request, offer_id), user=request.user)
    except Refused as no:
        return refused(request, None, no)
    return noted(request)


@staff_only
@post_only
def act(request: StaffRequest, conversation_id: UUID, act: Act) -> HttpResponse:
    """One of the moves that ask nothing more: see urls."""
    return _done(request, act, conversation=find(request, conversation_id))


@staff_only
def transfer(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    found = find(request, conversation_id)
    form = TransferForm(request.POST or None, conversation=found, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("desk:conversation", form.act(user=request.user, conversation=found).pk)
        except Refused as no:
            if no.field not in form.fields:
                return refused(request, found, no)
            form.add_error(no.field, no.message)
    return page(request, found, part="desk/_transfer.html", form=form, status=UNPROCESSABLE if form.is_bound else 200)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def wrap_up(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """What is to be remembered of the conversation; before its end on a page of its own."""
    found = find(request, conversation_id)
    form = WrapUpForm(request.POST if request.method == "POST" else None, conversation=found)
    if form.is_valid():
        return _done(request, wrapping.save, conversation=found, ending=form.ending)
    return _ending(request, found, form)


@staff_only
@post_only
def close(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    """With what was filled in meanwhile."""
    found = find(request, conversation_id)
    form = WrapUpForm(request.POST, conversation=found)
    if not form.was_shown:
        return _done(request, actions.close, conversation=found)
    if form.is_valid():
        try:
            actions.close(conversation=found, user=request.user, ending=form.ending)
        except Refused as no:
            explain(form, no)
        else:
            return redirect("desk:conversation", conversation_id)
    return _ending(request, found, form)


def _ending(request: StaffRequest, found: Conversation, form: WrapUpForm) -> HttpResponse:
    part = "" if found.state == ConversationState.WRAP_UP else "desk/_ending.html"
    return page(request, found, part=part, wrap_up=form, status=UNPROCESSABLE if form.errors else 200)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: StaffRequest) -> HttpResponse:
    """Writing to a customer first."""
    form = StartForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        try:
            message = actions.start(author=request.user, **form.cleaned_data)
        except Refused as no:
            explain(form, no)
        else:
            return redirect("desk:conversation", message.conversation_id)
    return page(request, None, part="desk/_start.html", form=form, status=UNPROCESSABLE if form.errors else 200)


@staff_only
@post_only
def presence(request: StaffRequest) -> HttpResponse:
    form = PresenceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=UNPROCESSABLE)
    actions.choose_presence(user=request.user, presence=form.cleaned_data["presence"])
    return noted(request)


def _offer(request: StaffRequest, offer_id: int) -> Offer:
    return get_object_or_404(Offer, agent=request.user, pk=offer_id)


def _done(request: StaffRequest, act: Act, **on: Any) -> HttpResponse:
    """Shows the conversation as it stands then."""
    try:
        conversation = act(user=request.user, **on)
    except Refused as no:
        return refused(request, on.get("conversation"), no)
    return redirect("desk:conversation", conversation.pk)


def refused(request: StaffRequest, conversation: Conversation | None, no: Refused) -> HttpResponse:
    """What has moved on meanwhile is shown as it stands, with the reason."""
    if not request.htmx:
        return page(request, conversation, status=UNPROCESSABLE, refusal=no.message)
    response = render(request, "desk/_refusal.html", {"refusal": no.message}, status=UNPROCESSABLE)
    response["HX-Retarget"], response["HX-Reswap"] = "#refusal", "innerHTML show:none"
    return _refreshing(response)


def noted(request: StaffRequest) -> HttpResponse:
    """Something changed that has no page of its own."""
    return _refreshing(HttpResponse(status=NO_CONTENT)) if request.htmx else redirect("desk:home")


def _refreshing(response: HttpResponse) -> HttpResponse:
    response["HX-Trigger"] = json.dumps({"live:list": None, "live:thread": None})
    return response
