"""What an administrator does with application users. A change counts from the next request on."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from centrala.dataverse.models import ApplicationRole, ApplicationUser
from centrala.errors import Refused
from centrala.organization.audit import changed, record
from centrala.organization.fields import one_line
from centrala.organization.models import User


@transaction.atomic
def register(
    *, application_id: UUID, name: str, role: ApplicationRole, actor: User | None, enabled: bool = True
) -> ApplicationUser:
    """Adds the application user, or brings the one of this application to these values. Raises Refused."""
    if application_id.int == 0:
        raise Refused(_("This is no application id: it is all zeros."), field="application_id")
    after: dict[str, object] = {
        "name": one_line(name, model=ApplicationUser, field="name"),
        "role": str(role),
        "enabled": enabled,
    }
    found = ApplicationUser.objects.select_for_update().filter(application_id=application_id).values(*after).first()
    user, made = ApplicationUser.objects.update_or_create(application_id=application_id, defaults=after)
    before, after = changed(found or {}, after)
    if after:
        act = "add application user" if made else "change application user"
        record(actor=actor, act=act, target=str(application_id), before=before if found else {}, after=after)
    return user


@transaction.atomic
def remove(*, user: ApplicationUser, actor: User | None) -> None:
    before = {"name": user.name, "role": user.role, "enabled": user.enabled}
    record(actor=actor, act="remove application user", target=str(user.application_id), before=before)
    user.delete()
