"""Why an order failed, with its fix, for a person."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from centrala.ordering.models import Trouble

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WORDS: dict[str, "StrOrPromise"] = {
    Trouble.SOLD_OUT: _("Azure has no such number at the moment. Fix: choose another place, area code or type."),
    Trouble.EXPIRED: _("The number was held for 15 minutes, and they were over before it was bought. Fix: find again."),
    Trouble.KEY: _("Azure does not take the stored access key. Fix: Advanced, paste the new connection string."),
    Trouble.LIMIT: _(
        "The limit of numbers for the tenant or the subscription is reached. Fix: ask Microsoft's support to raise it."
    ),
    Trouble.NOT_OFFERED: _(
        "Azure offers no number of this kind that can do all of that. Fix: choose fewer features or another type."
    ),
    Trouble.NOT_OWNED: _("The resource does not own this number any more. Fix: sync from Azure."),
    Trouble.NOT_REACHED: _("Azure did not answer in time, and nothing was bought. Fix: find again."),
    Trouble.DISCONNECTED: _("The resource was disconnected meanwhile."),
    Trouble.REFUSED: _("Azure refused."),
}
