"""A colleague is asked into a call: choosing whom, and what the two of them answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.calls import consulting
from centrala.calls.models import Consultation
from centrala.conversations.models import Conversation
from centrala.desk.transferring import named
from centrala.desk.views import UNPROCESSABLE, find, page
from centrala.desk.work import noted, refused
from centrala.errors import Refused
from centrala.organization.access import StaffRequest, staff_only
from centrala.organization.forms import explain
from centrala.organization.models import User
from centrala.organization.posting import post_only

Answer = Callable[..., Conversation]  # of calls.consulting, by keyword


class ConsultForm(forms.Form):
    colleague = forms.ChoiceField(label=gettext_lazy("Whom do you ask?"))

    def __init__(self, *arguments: Any, user: User) -> None:
        super().__init__(*arguments)
        self._people = {str(person.pk): person for person in User.objects.working().exclude(pk=user.pk)}
        choices = [("", _("Choose a person")), *named(self._people)]
        self.fields["colleague"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean_colleague(self) -> User:
        return self._people[self.cleaned_data["colleague"]]


@staff_only
def consult(request: StaffRequest, conversation_id: UUID) -> HttpResponse:
    found = find(request, conversation_id)
    form = ConsultForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            consulting.consult(conversation=found, user=request.user, **form.cleaned_data)
        except Refused as no:
            explain(form, no)
        else:
            return redirect("desk:conversation", conversation_id)
    return page(request, found, part="desk/_consult.html", form=form, status=UNPROCESSABLE if form.errors else 200)


@staff_only
@post_only
def answer(request: StaffRequest, asked_id: int, act: Answer) -> HttpResponse:
    """One of the moves that ask nothing more: see urls. Whose they are, the act itself knows."""
    asked = get_object_or_404(Consultation.objects.select_related("call"), pk=asked_id)
    try:
        conversation = act(consultation=asked, user=request.user)
    except Refused as no:
        return refused(request, None, no)
    return noted(request) if act == consulting.decline else redirect("desk:conversation", conversation.pk)
