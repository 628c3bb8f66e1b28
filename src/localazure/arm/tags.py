"""What a resource may be tagged with: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources"""

from collections.abc import Mapping

from localazure.errors import TAG_NAME_CHARACTERS, TAG_NAME_TOO_LONG, TAG_VALUE_TOO_LONG, TOO_MANY_TAGS

MOST = 50
LONGEST_NAME, LONGEST_VALUE = 512, 256
RESERVED = set("<>%&\\?/")


def checked(tags: Mapping[str, str] | None) -> dict[str, str] | None:
    if tags is None:
        return None
    if len(tags) > MOST:
        raise TOO_MANY_TAGS.of(count=len(tags), most=MOST)
    for name, value in tags.items():
        if not name.isprintable() or set(name) & RESERVED:
            raise TAG_NAME_CHARACTERS.of(name=name)
        if not 1 <= len(name) <= LONGEST_NAME:
            raise TAG_NAME_TOO_LONG.of(name=name, most=LONGEST_NAME)
        if len(value) > LONGEST_VALUE:
            raise TAG_VALUE_TOO_LONG.of(value=value, most=LONGEST_VALUE)
    return dict(tags)
