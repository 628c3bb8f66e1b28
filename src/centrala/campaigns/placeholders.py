"""Places of a text that are filled for each customer: `{name}` stands for the column of that name."""

import re
from collections.abc import Mapping

from centrala.campaigns.sheets import heading

PLACE = re.compile(r"\{([^{}]*)\}")


def places(text: str) -> list[str]:
    """As they are written, each once."""
    return list(dict.fromkeys(PLACE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """By the names as `heading` has them; what is not among them stays as it is."""
    return PLACE.sub(lambda place: values.get(heading(place.group(1)), place.group(0)), text)
