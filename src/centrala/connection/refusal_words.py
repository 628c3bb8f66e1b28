"""Why a delivery was turned away, for a person. The words are those of `hooks.refusals` and `entra.refusals`."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_TOKEN = _(
    "The delivery carried no token. In the event subscription, Additional Features, tick Use AAD authentication and "
    "enter the tenant id and the application id shown here."
)
FORGED = _("What came in place of a token is none that Microsoft Entra ID makes. It did not come from Event Grid.")
UNTIMELY = _("The token is not valid at this machine's time. Check this machine's clock against a time server.")
NOT_EVENTS = _("What came is not what Event Grid sends. It did not come from Event Grid, or was changed on its way.")
TOO_MUCH = _("The delivery is larger than Event Grid's largest. Set fewer events per batch in the event subscription.")

WORDS: dict[str, "StrOrPromise"] = {
    "wrong_service": _("The address ends with the name of another service. Copy the endpoint whole."),
    "disconnected": _("The resource is disconnected. Delete the event subscription, or connect the resource again."),
    "retired": _("This address was replaced by a new one. Enter the new endpoint in the event subscription."),
    "no_token": NO_TOKEN,
    "several_tokens": FORGED,
    "token_too_long": FORGED,
    "malformed_token": FORGED,
    "wrong_algorithm": FORGED,
    "no_key_id": FORGED,
    "wrong_tenant": _(
        "The token was made by another tenant than the connected one. Enter the tenant id shown here in the event "
        "subscription."
    ),
    "wrong_audience": _(
        "The token was made for another application than the connected one. Enter the application id shown here in "
        "the event subscription, or connect with the application that the subscription names."
    ),
    "wrong_application": _("The token belongs to another caller than Event Grid. It did not come from Event Grid."),
    "wrong_issuer": _("The token was not issued by the connected tenant. It did not come from Event Grid."),
    "role_missing": _(
        "The token lacks the role AzureEventGridSecureWebhookSubscriber. Assign that role of the application to "
        "Microsoft.EventGrid, and let it allow Applications and Users."
    ),
    "unknown_key": _("The token is signed with a key that the tenant does not have. It did not come from Event Grid."),
    "bad_signature": _("The token's signature is wrong. It did not come from Event Grid, or was changed on its way."),
    "no_expiry": FORGED,
    "expired": UNTIMELY,
    "not_yet_valid": UNTIMELY,
    "too_large": TOO_MUCH,
    "too_slow": _("The delivery did not arrive within 30 seconds. Check the network and the proxies before this hub."),
    "not_an_array_of_events": NOT_EVENTS,
    "cloud_events_schema": _(
        "The event subscription sends in the CloudEvents schema. Make it anew with Event Schema: Event Grid Schema."
    ),
    "event_without_id": NOT_EVENTS,
    "too_many_events": TOO_MUCH,
    "no_validation_code": NOT_EVENTS,
    "keys_unavailable": _(
        "The token could not be checked: the tenant's keys were out of reach. Event Grid comes again. Let this machine "
        "reach Microsoft Entra ID over https."
    ),
    "clock_differs": _(
        "The token could not be checked: this machine's clock is wrong. Event Grid comes again. Set the clock by a "
        "time server."
    ),
    "former_application": _(
        "The token was made for the application that was connected before. Event Grid comes again with texts and "
        "recordings, with calls it does not. Enter the application id shown here in the event subscription within a "
        "day, or run centrala provision."
    ),
    "inbox_unavailable": _("The database did not answer. Event Grid comes again. Check the database."),
    "inbox_full": _(
        "More came at once than the database takes. Event Grid comes again. Check the database, or start more web "
        "processes."
    ),
}
