"""Who can be in a call, as requests name them and as answers tell of them.

https://learn.microsoft.com/azure/communication-services/concepts/identifiers
"""

import re

import msgspec

from localazure.calling.errors import NOT_A_TARGET
from localazure.communication.senders import E164
from localazure.errors import PART_NOT_EMULATED

TELEPHONE, USER = "4:", "8:"
USER_ID = re.compile(r"8:acs:[0-9a-f-]{36}_[0-9a-f-]{36}", re.IGNORECASE)
ANONYMOUS = "anonymous"


class PhoneNumberModel(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    value: str
    is_anonymous: bool | None = None
    asserted_id: str | None = None


class UserModel(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    id: str


class IdentifierModel(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Teams' people and applications are read, so that they can be told that nobody of them is here."""

    kind: str | None = None
    raw_id: str | None = None
    communication_user: UserModel | None = None
    phone_number: PhoneNumberModel | None = None
    microsoft_teams_user: dict[str, object] | None = None
    microsoft_teams_app: dict[str, object] | None = None
    teams_extension_user: dict[str, object] | None = None


def raw_id(model: IdentifierModel, what: str) -> str:
    """The canonical name: 4: and a number, or a user's id. Raises what the service answers to anything else."""
    if model.microsoft_teams_user or model.microsoft_teams_app or model.teams_extension_user:
        raise PART_NOT_EMULATED.of(what="Calling people and applications of Teams")
    named = [one for one in (_of_number(model), _of_user(model)) if one] or [model.raw_id or ""]
    if len(named) != 1 or not is_callable(named[0]):
        raise NOT_A_TARGET.of(what=what)
    return named[0]


def is_callable(name: str) -> bool:
    return bool(E164.fullmatch(name.removeprefix(TELEPHONE)) and is_telephone(name)) or bool(USER_ID.fullmatch(name))


def is_telephone(name: str) -> bool:
    return name.startswith(TELEPHONE)


def of_number(number: str) -> str:
    return f"{TELEPHONE}{number}"


def number_of(name: str) -> str:
    return name.removeprefix(TELEPHONE)


def shape(name: str) -> dict[str, object]:
    if is_telephone(name):
        return {"kind": "phoneNumber", "rawId": name, "phoneNumber": {"value": number_of(name)}}
    return {"kind": "communicationUser", "rawId": name, "communicationUser": {"id": name}}


def _of_number(model: IdentifierModel) -> str:
    return of_number(model.phone_number.value) if model.phone_number else ""


def _of_user(model: IdentifierModel) -> str:
    return model.communication_user.id if model.communication_user else ""
