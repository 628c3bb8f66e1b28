"""Who asks the Blob service, and what they may: https://learn.microsoft.com/rest/api/storageservices/authorize-requests-to-azure-storage

An account's key may do everything, a shared access signature what it says, a token what its roles allow.
"""

from dataclasses import dataclass

from localazure.arm import roles
from localazure.audiences import STORAGE
from localazure.auth import WrongAudience, bearer, caller_of
from localazure.entra.tokens import InvalidToken
from localazure.errors import (
    BAD_AUTHENTICATION,
    KEYS_DISABLED,
    NO_ACCOUNT,
    NO_AUTHENTICATION,
    NO_PERMISSION,
    WRONG_RESOURCE_TYPE,
    WRONG_SERVICE,
    ServiceError,
)
from localazure.pipeline import Call, Caller
from localazure.records.storage import StorageAccount
from localazure.storage.signatures import check_key, check_sas, resource_of
from localazure.world import World

ACTIONS = "Microsoft.Storage/storageAccounts/blobServices/containers"


@dataclass(frozen=True)
class Need:
    """What an operation asks of its caller. `permissions`: any of these letters of a SAS will do; `kind` is the signed
    resource type: s(ervice), c(ontainer) or o(bject). `action` is a role's, one on data below `blobs`."""

    permissions: str
    kind: str
    action: str

    @property
    def on_data(self) -> bool:
        return self.action.startswith("blobs/")


def account_of(world: World, call: Call) -> StorageAccount:
    name = resource_of(call)[0]
    for one in world.storage_accounts.all():
        if one.name == name:
            return one
    raise NO_ACCOUNT.of()


def authenticate(world: World, call: Call) -> Caller:
    """Nobody is anonymous here. Raises 401 or 403."""
    account = account_of(world, call)
    try:
        if token := bearer(call):
            return _by_token(world, token)
        if call.headers.get("authorization"):
            return _by_key(account, call)
        if "sig" in call.query:
            check_sas(account, call)
            return _signed(account)
        raise NO_AUTHENTICATION.of()
    except ServiceError as error:
        if error.status == 401:
            error.headers["www-authenticate"] = (
                f"Bearer authorization_uri={world.addresses.url}/{world.seed.tenant_id}/oauth2/authorize "
                "resource_id=https://storage.azure.com"
            )
        raise


def require(world: World, call: Call, need: Need) -> None:
    """Raises 403 unless the caller may."""
    account = account_of(world, call)
    if call.caller.object_id:
        allowed = roles.data_allowed if need.on_data else roles.allowed
        if not allowed(world, call.caller.object_id, f"{ACTIONS}/{need.action}", _scope(account, call)):
            raise NO_PERMISSION.of()
    elif not call.headers.get("authorization"):
        _require_of_sas(call, need)


def _by_key(account: StorageAccount, call: Call) -> Caller:
    check_key(account, call)
    return _signed(account)


def _signed(account: StorageAccount) -> Caller:
    if not account.shared_key_access:
        raise KEYS_DISABLED.of()
    return Caller(resource=account.key)


def _by_token(world: World, token: str) -> Caller:
    try:
        return caller_of(world, token, STORAGE | {world.addresses.url})
    except WrongAudience as error:
        raise BAD_AUTHENTICATION.of(detail=f"Audience validation failed: '{error}'.") from error
    except InvalidToken as error:
        raise BAD_AUTHENTICATION.of(detail=f"{error}.") from error


def _scope(account: StorageAccount, call: Call) -> str:
    container = "".join(f"/blobServices/default/containers/{name}" for name in resource_of(call)[1:2] if name)
    return account.id + container


def _require_of_sas(call: Call, need: Need) -> None:
    if "ss" in call.query:
        if "b" not in call.query["ss"]:
            raise WRONG_SERVICE.of()
        if need.kind not in call.query.get("srt", ""):
            raise WRONG_RESOURCE_TYPE.of()
    elif need.kind == "s" or (need.kind == "c" and not need.on_data):
        raise WRONG_RESOURCE_TYPE.of()  # a service SAS gives what lies in its container, not the container
    elif need.kind == "c" and call.query["sr"] != "c":
        raise WRONG_RESOURCE_TYPE.of()
    if not set(need.permissions) & set(call.query["sp"]):
        raise NO_PERMISSION.of()
