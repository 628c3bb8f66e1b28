"""The only way a view or a program gets an offer."""

from django.db.models import QuerySet
from django.utils.timezone import now

from centrala.organization.models import User
from centrala.routing.models import Offer, Outcome


def offers_to(user: User) -> QuerySet[Offer]:
    """What the person may accept now, the one that ends first at the top."""
    offers = Offer.objects.filter(agent=user, outcome=Outcome.PENDING, expires_at__gt=now())
    related = ("conversation__contact", "conversation__queue", "conversation__overflowed")
    return offers.select_related(*related).order_by("expires_at", "pk")


def pending_offers_of(user: User) -> QuerySet[Offer]:
    """What is held out to anybody now, for everyone who works here."""
    offers = Offer.objects.filter(outcome=Outcome.PENDING, expires_at__gt=now()).select_related("agent")
    return offers if user.works_here else offers.none()
