"""What connecting does, step by step, for whoever waits."""

from collections.abc import Callable

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """In the order in which they are done. RESOURCE is left out where nobody is signed in to Azure."""

    FORM = "form", _("Check the form")
    RESOURCE = "resource", _("Ask Azure for the resource")
    KEY = "key", _("Try the key")
    STORE = "store", _("Store the connection")
    ENDPOINTS = "endpoints", _("Make the endpoints")
    NUMBERS = "numbers", _("Fetch the phone numbers")


Tell = Callable[[Step], None]  # hears of each step as it begins


def nobody(_step: Step) -> None:
    pass
