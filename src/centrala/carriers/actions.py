"""What an administrator changes about carriers: their names. Each change stands in the audit log."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from centrala.carriers.models import NumberImport, State
from centrala.errors import Refused
from centrala.numbers.models import Carrier
from centrala.organization.audit import record
from centrala.organization.fields import one_line, readable
from centrala.organization.models import User


@transaction.atomic
def save_carrier(*, carrier: Carrier, actor: User | None) -> Carrier:
    """Makes or renames it. Raises Refused, with the field `name`."""
    known = Carrier.objects.select_for_update().filter(pk=carrier.pk).first()
    carrier.name = one_line(readable(carrier.name, field="name"), model=Carrier, field="name")
    if carrier.name.lower() == "microsoft":
        raise Refused(_("Microsoft's own numbers go by this name. Fix: choose another."), field="name")
    try:
        with transaction.atomic():
            carrier.save()
    except IntegrityError:
        raise Refused(_("There is a carrier of this name already."), field="name") from None
    if known is None:
        record(actor=actor, act="add carrier", target=carrier.name)
    elif known.name != carrier.name:
        before, after = {"name": known.name}, {"name": carrier.name}
        record(actor=actor, act="change carrier", target=carrier.name, before=before, after=after)
    return carrier


@transaction.atomic
def remove_carrier(*, carrier: Carrier, actor: User | None) -> None:
    """Raises Refused while it has numbers, or some on the way."""
    if NumberImport.objects.filter(carrier=carrier, state=State.UNDER_WAY).exists():
        raise Refused(_("Numbers of “%(name)s” are being imported. Fix: stop the import first.") % {"name": carrier})
    try:
        with transaction.atomic():
            carrier.delete()
    except ProtectedError:
        raise Refused(_("“%(name)s” still has numbers. Fix: delete them first.") % {"name": carrier}) from None
    record(actor=actor, act="delete carrier", target=carrier.name)
