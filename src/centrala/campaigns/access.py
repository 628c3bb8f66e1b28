"""The only way a page or a program gets campaigns and templates."""

from django.db.models import QuerySet

from centrala.campaigns.models import Campaign, Template
from centrala.organization.models import User


def campaigns_of(user: User) -> QuerySet[Campaign]:
    campaigns = Campaign.objects.select_related("number", "author", "started_by")
    return campaigns if user.supervises else campaigns.none()


def templates_of(user: User) -> QuerySet[Template]:
    """To be used by everybody who works here; to be changed by administrators."""
    return Template.objects.all() if user.works_here else Template.objects.none()
