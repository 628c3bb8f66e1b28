"""Which right each piece takes, for whoever lacks it."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from centrala.connection.provisioning.pieces import Kind
from centrala.connection.provisioning.survey import Section

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DEVELOPER = _("the directory role Application Developer, or Application Administrator")
ADMINISTRATOR = _("ownership of the application, or the directory role Cloud Application Administrator")
ASSIGNER = _("the directory role Cloud Application Administrator or Application Administrator")

TO_MAKE: dict[Kind, "StrOrPromise"] = {
    Kind.PROVIDER: _("Contributor on the subscription (its action register/action of the provider)"),
    Kind.APPLICATION: DEVELOPER,
    Kind.PRINCIPAL: DEVELOPER,
    Kind.ROLE: ADMINISTRATOR,
    Kind.EVENT_GRID: ASSIGNER,
    Kind.ASSIGNMENT: ASSIGNER,
    Kind.OWNER: ADMINISTRATOR,
    Kind.CONNECTION: _(
        "Contributor on the resource (its actions Microsoft.Communication/communicationServices/read and "
        "listKeys/action)"
    ),
    Kind.TOPIC: _("EventGrid Contributor on the resource group (Microsoft.EventGrid/systemTopics/write)"),
    Kind.SUBSCRIPTION: _(
        "EventGrid Contributor on the resource group (Microsoft.EventGrid/systemTopics/eventSubscriptions/write, and "
        "Microsoft.EventGrid/eventSubscriptions/write on the resource)"
    ),
}
TO_READ: dict[Section, "StrOrPromise"] = {
    Section.PROVIDERS: _("Reader on the subscription"),
    Section.DIRECTORY: _("membership in the directory (guests see nothing), or Directory Reader"),
    Section.HUB: _("Reader on the resource"),
    Section.EVENTS: _("EventGrid Contributor on the resource group"),
}
