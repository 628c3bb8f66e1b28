"""What the cloud said, for a person: our own sentences in their language, Azure's as they came."""

from django.utils.translation import gettext

from centrala.azure.errors import AzureError
from centrala.errors import Refused


def in_words(error: AzureError | Refused) -> str:
    """A rule's refusal is told in the reader's language already."""
    if isinstance(error, Refused) or error.said is None:
        return error.message
    return gettext(error.said) % error.values
