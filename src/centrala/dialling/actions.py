"""Calling a customer. All that can be refused is refused here, before the cloud is asked for anything."""

from django.db import transaction

from centrala.calls.models import Call
from centrala.calls.outgoing import call_out
from centrala.dialling.access import usable_by
from centrala.dialling.checks import callable_number, profile_for, refuse_full, refuse_unfit, seconds_left
from centrala.dialling.countries import code_of
from centrala.dialling.models import Dialled, Profile
from centrala.organization.models import User
from centrala.routing import duty


@transaction.atomic
def dial(*, agent: User, number: str, profile: Profile | None = None) -> Call:
    """The customer's telephone rings soon, and the conversation is the agent's. Raises Refused, mostly with the field
    `number`. Locks the agent, then the profile: two calls at once are counted one after the other."""
    home = profile or usable_by(agent).first()
    customer = callable_number(number, home=code_of(home.number.number) if home else "")
    found = profile_for(customer, user=agent, chosen=profile)
    duty.lock(agent)
    profile = (
        Profile.objects.select_for_update(of=("self",))
        .select_related("number__connection", "workstream")
        .get(pk=found.pk)
    )
    refuse_unfit(profile)
    refuse_full(agent, profile)
    longest = seconds_left(profile)
    call = call_out(
        agent=agent, customer=customer, number=profile.number, workstream=profile.workstream, longest_seconds=longest
    )
    Dialled.objects.create(profile=profile, call=call, agent=agent, at=call.rang_at)
    return call
