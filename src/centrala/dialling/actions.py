"""Calling a customer. All that can be refused is refused here, before the cloud is asked for anything."""

from django.db import transaction

from centrala.calls.leases import refuse_without_minutes
from centrala.calls.models import Call
from centrala.calls.outgoing import call_out
from centrala.conversations.locking import locked_contact
from centrala.conversations.models import Contact, Conversation
from centrala.dialling.access import usable_by
from centrala.dialling.checks import callable_number, profile_for, refuse_full, refuse_unfit, seconds_left
from centrala.dialling.countries import code_of
from centrala.dialling.models import Dialled, Profile
from centrala.organization.models import User
from centrala.routing import calling_back, duty


@transaction.atomic
def dial(*, agent: User, number: str, profile: Profile | None = None, returns: Conversation | None = None) -> Call:
    """The customer's telephone rings soon, and the conversation is the agent's. `returns` is the call that is returned,
    unless the customer waits to be called back. Raises Refused, mostly with the field `number`. Locks the
    agent, then the customer, then the profile: two calls at once are counted one after the other."""
    home = profile or usable_by(agent).first()
    customer = callable_number(number, home=code_of(home.number.number) if home else "")
    found = profile_for(customer, user=agent, chosen=profile)
    duty.lock(agent)
    returned = _returned(customer, agent, returns)
    besides = sum(calling_back.taken_up(one, user=agent) for one in returned)
    profile = (
        Profile.objects.select_for_update(of=("self",))
        .select_related("number__connection", "workstream")
        .get(pk=found.pk)
    )
    refuse_unfit(profile)
    refuse_without_minutes(profile.number.connection)
    refuse_full(agent, profile, besides=besides)
    longest = seconds_left(profile)
    call = call_out(
        agent=agent,
        customer=customer,
        number=profile.number,
        workstream=profile.workstream,
        longest_seconds=longest,
        returns=returned[0] if returned else None,
    )
    Dialled.objects.create(profile=profile, call=call, agent=agent, at=call.rang_at)
    return call


def _returned(customer: str, agent: User, told: Conversation | None) -> list[Conversation]:
    """The wish to be called back first, and what was told, if it is of this customer: the number may have been typed
    anew."""
    contact = Contact.objects.filter(number=customer).first()
    if contact is None:
        return []
    locked_contact(contact.pk)
    wish = calling_back.wish_of(contact, user=agent)
    same = told if told is not None and told.contact_id == contact.pk and told != wish else None
    return [one for one in (wish, same) if one is not None]
