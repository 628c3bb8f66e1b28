"""An agent in a call consults a number outside: refused as any call out is, and counted against the same caps."""

from django.db import transaction

from centrala.calls import enquiring
from centrala.calls.enquiry import Enquiry
from centrala.conversations.models import Conversation
from centrala.dialling.access import usable_by
from centrala.dialling.checks import callable_number, profile_for, refuse_unfit, seconds_left
from centrala.dialling.countries import code_of
from centrala.dialling.models import Dialled, Profile
from centrala.organization.models import User


@transaction.atomic
def ask_outside(*, conversation: Conversation, user: User, number: str, profile: Profile | None = None) -> Enquiry:
    """It rings there soon, and the agent talks on with the customer until somebody answers. It takes no capacity.
    Raises Refused, mostly with the field `number`. Locks the profile, then the conversation and its call."""
    home = profile or usable_by(user).first()
    to = callable_number(number, home=code_of(home.number.number) if home else "")
    found = profile_for(to, user=user, chosen=profile)
    locked = Profile.objects.select_for_update(of=("self",)).select_related("number__connection").get(pk=found.pk)
    refuse_unfit(locked)
    longest = seconds_left(locked)
    made = enquiring.begin(
        conversation=conversation, user=user, to=to, number=locked.number.number, longest_seconds=longest
    )
    Dialled.objects.create(profile=locked, enquiry=made, agent=user, at=made.asked_at)
    return made
