"""Phone Number: the numbers of each resource, Microsoft's and those of an own carrier."""

from collections.abc import Iterator
from uuid import uuid5

import phonenumbers
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centrala.dataverse import carriers, settings
from centrala.dataverse.columns import Column, Kind, Level, Option, Row
from centrala.dataverse.standard import MODULE, SERVICE, STANDARD, row, standard, system
from centrala.dataverse.table import Relationship, Table
from centrala.numbers.models import NumberType, PhoneNumber

NAME = "msdyn_ocphonenumber"
PARENT, CARRIER = "msdyn_occommunicationprovidersettingid", "msdyn_carrierid"
DIRECT_OFFER, DIRECT_ROUTING = 192350000, 192350001
ACS, CONVERSATION = 0, 192350000
TYPES = {
    NumberType.GEOGRAPHIC: 192350000,
    NumberType.TOLL_FREE: 192350001,
    NumberType.SHORT_CODE: 192350002,
    NumberType.MOBILE: 192350003,
}

COLUMNS = (
    Column(
        name=f"{NAME}id",
        schema="msdyn_ocphonenumberId",
        kind=Kind.ID,
        label=_("Phone number"),
        level=Level.SYSTEM,
    ),
    Column(name="msdyn_name", kind=Kind.STRING, label=_("Name"), level=Level.APPLICATION, longest=100),
    Column(name="msdyn_phonenumber", kind=Kind.STRING, label=_("Phone number"), level=Level.APPLICATION, longest=100),
    Column(name="msdyn_countryisocode", kind=Kind.STRING, label=_("Country ISO Code"), longest=3),
    Column(
        name="msdyn_ocphonenumbersource",
        kind=Kind.CHOICE,
        label=_("Phone number source"),
        level=Level.APPLICATION,
        options=(Option(DIRECT_OFFER, _("Direct Offer")), Option(DIRECT_ROUTING, _("Direct Routing"))),
    ),
    Column(
        name="msdyn_type",
        kind=Kind.CHOICE,
        label=_("Type"),
        options=(
            Option(192350000, pgettext_lazy("number type", "Geo")),
            Option(192350001, pgettext_lazy("number type", "Toll free")),
            Option(192350002, pgettext_lazy("number type", "Short code")),
            Option(192350003, pgettext_lazy("number type", "Mobile number")),
        ),
    ),
    Column(
        name="msdyn_phonenumbertype",
        kind=Kind.CHOICE,
        label=_("Phone Number Type"),
        options=(Option(ACS, "ACS"), Option(1, "Teams")),
    ),
    Column(name="msdyn_phoneinboundenabled", kind=Kind.BOOLEAN, label=_("Phone Inbound Enabled")),
    Column(name="msdyn_phoneoutboundenabled", kind=Kind.BOOLEAN, label=_("Phone Outbound Enabled")),
    Column(name="msdyn_smsinboundenabled", kind=Kind.BOOLEAN, label=_("SMS Inbound Enabled")),
    Column(name="msdyn_smsoutboundenabled", kind=Kind.BOOLEAN, label=_("SMS Outbound Enabled")),
    Column(name=CARRIER, kind=Kind.LOOKUP, label=_("Carrier"), targets=(carriers.NAME,)),
    Column(
        name=PARENT,
        schema="msdyn_occommunicationprovidersettingId",
        kind=Kind.LOOKUP,
        label=_("Communication Provider Setting"),
        targets=(settings.NAME,),
    ),
    Column(
        name="msdyn_teamsresourceaccount", kind=Kind.STRING, label=_("Microsoft Teams Resource Account Id"), longest=800
    ),
    Column(
        name="msdyn_objective",
        schema="msdyn_Objective",
        kind=Kind.CHOICE,
        label=_("Objective"),
        options=(Option(CONVERSATION, _("Conversation")), Option(192350001, _("Lead"))),
    ),
    MODULE,
    *STANDARD,
)


def rows() -> Iterator[Row]:
    by = system()
    known = PhoneNumber.objects.select_related("connection", "carrier")
    for number in known.order_by("connection__created_at", "number"):
        parent, carrier = number.connection, number.carrier
        yield row(
            COLUMNS,
            {
                f"{NAME}id": uuid5(parent.id, f"number {number.number}"),
                "msdyn_name": number.number,
                "msdyn_phonenumber": number.number,
                "msdyn_countryisocode": number.country or _country(number.number),
                "msdyn_ocphonenumbersource": DIRECT_ROUTING if carrier else DIRECT_OFFER,
                "msdyn_type": TYPES.get(NumberType(number.type)),
                "msdyn_phonenumbertype": ACS,
                "msdyn_phoneinboundenabled": number.receives_calls,
                "msdyn_phoneoutboundenabled": number.makes_calls,
                "msdyn_smsinboundenabled": number.receives_sms,
                "msdyn_smsoutboundenabled": number.sends_sms,
                f"_{CARRIER}_value": carriers.reference(carrier, by=by) if carrier else None,
                f"_{PARENT}_value": settings.reference(parent),
                "msdyn_objective": CONVERSATION,
                "msdyn_appmodule": SERVICE,
                **standard(
                    active=parent.disconnected_at is None and number.missing_since is None,
                    created=number.created_at,
                    modified=max(number.modified_at, parent.modified_at),
                    by=by,
                ),
            },
        )


def _country(number: str) -> str | None:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None  # a short code


TABLE = Table(
    name=NAME,
    set_name=f"{NAME}s",
    label=_("Phone number"),
    plural=_("Phone numbers"),
    description=_("The numbers that the resource owns."),
    title=_("Phone number columns and data"),
    object_type=10_403,
    shown=("msdyn_phonenumber", "msdyn_type", "msdyn_ocphonenumbersource", "statecode"),
    columns=COLUMNS,
    relationships=(
        Relationship(
            name="msdyn_msdyn_occommunicationprovidersetting_msdyn_ocphonenumber_occommunicationprovidersettingid",
            column=PARENT,
            target=settings.NAME,
        ),
        Relationship(name="msdyn_msdyn_occarrier_msdyn_ocphonenumber_carrierid", column=CARRIER, target=carriers.NAME),
    ),
    rows=rows,
)
