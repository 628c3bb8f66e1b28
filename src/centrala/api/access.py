"""The only way a page gets tokens: everybody their own, administrators everybody's."""

from django.db.models import QuerySet

from centrala.api.models import ApiToken
from centrala.organization.models import User


def tokens_of(user: User) -> QuerySet[ApiToken]:
    tokens = ApiToken.objects.select_related("owner")
    return tokens if user.is_administrator else tokens.none()


def own_tokens_of(user: User) -> QuerySet[ApiToken]:
    tokens = ApiToken.objects.select_related("owner").filter(owner=user)
    return tokens if user.works_here else tokens.none()
