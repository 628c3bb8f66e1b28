"""What an administrator changes about outbound profiles. Each change stands in the audit log."""

from collections.abc import Collection
from typing import Any

import phonenumbers
from django.db import transaction
from django.utils.translation import gettext as _

from centrala.dialling.models import Profile
from centrala.errors import Refused
from centrala.organization.audit import changed, record
from centrala.organization.fields import one_line
from centrala.organization.models import User
from centrala.workstreams.models import Channel, Queue

KEPT = ("label", "countries", "most_calls", "most_minutes", "longest_minutes")


@transaction.atomic
def save_profile(*, profile: Profile, people: Collection[User], queues: Collection[Queue], actor: User) -> Profile:
    """Makes or changes it. Raises Refused, with the field that is to blame."""
    before = _told(Profile.objects.select_for_update(of=("self",)).filter(pk=profile.pk).first())
    profile.label = one_line(profile.label, model=Profile, field="label")
    _check(profile)
    profile.countries = sorted(set(profile.countries))
    profile.save()
    profile.people.set(people)
    profile.queues.set(queues)
    after = _told(profile)
    if before != after:
        was, became = changed(before, after) if before else ({}, after)
        act = f"{'change' if before else 'add'} outbound profile"
        record(actor=actor, act=act, target=profile.label, before=was, after=became)
    return profile


@transaction.atomic
def remove_profile(*, profile: Profile, actor: User) -> None:
    """What was called by it stays."""
    before = _told(profile)
    profile.delete()
    record(actor=actor, act="delete outbound profile", target=profile.label, before=before)


def _check(profile: Profile) -> None:
    if not profile.number.makes_calls:
        raise Refused(
            _(
                "This number makes no calls. Fix: give it “Make calls” in the Azure portal, then synchronise the "
                "numbers."
            ),
            field="number",
        )
    if profile.workstream.channel != Channel.VOICE:
        raise Refused(_("Calls belong to a workstream of the channel voice."), field="workstream")
    if set(profile.countries) - phonenumbers.SUPPORTED_REGIONS:
        raise Refused(_("One of these is no country that can be called."), field="countries")


def _told(profile: Profile | None) -> dict[str, Any]:
    """As the audit log keeps it."""
    if profile is None:
        return {}
    return {name: getattr(profile, name) for name in KEPT} | {
        "number": profile.number.number,
        "workstream": profile.workstream.name,
        "people": list(profile.people.order_by("username").values_list("username", flat=True)),
        "queues": list(profile.queues.order_by("name").values_list("name", flat=True)),
    }
