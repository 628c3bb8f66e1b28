"""What a dialler shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language

from centrala.dialling.countries import names
from centrala.dialling.models import Dialled, Profile
from centrala.organization.models import User

RECENT = 20


@dataclass(frozen=True)
class CallerNumber:
    """Of an outbound profile. `makes_calls` is what the hub knows."""

    profile: str
    number: str
    makes_calls: bool


def caller_numbers() -> tuple[CallerNumber, ...]:
    """By the profiles' labels."""
    profiles = Profile.objects.select_related("number").order_by("label")
    return tuple(CallerNumber(one.label, one.number.number, one.number.makes_calls) for one in profiles)


def recently_dialled(user: User) -> list[Dialled]:
    """The person's last calls to customers, the newest first."""
    dialled = Dialled.objects.filter(agent=user, call__isnull=False).order_by("-at", "-pk")
    return list(dialled.select_related("call__conversation__contact")[:RECENT])


def countries_led_to(profiles: Iterable[Profile]) -> list[str]:
    """By their names."""
    codes = {code for profile in profiles for code in profile.countries}
    return [name for code, name in names(get_language() or "en").items() if code in codes]
