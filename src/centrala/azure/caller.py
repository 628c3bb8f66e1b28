"""In whose name a credential acts.

Graph answers `/me` for people alone, so the access token for Resource Manager says it: the same claims that Azure's
own command line reads. https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
"""

from dataclasses import dataclass

import jwt
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError as SdkError

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said

NAMES = ("preferred_username", "upn", "unique_name", "app_displayname")


@dataclass(frozen=True, kw_only=True)
class Caller:
    object_id: str
    tenant_id: str
    name: str  # a person's user name, else the application's id
    is_person: bool


def caller_of(credential: TokenCredential, cloud: Cloud) -> Caller:
    """Raises AzureError where no token can be had. The token is not verified: it is our own, fresh from its issuer."""
    try:
        token = credential.get_token(f"{cloud.resource_manager}/.default").token
        claims = jwt.decode(token, options={"verify_signature": False})
    except SdkError as error:
        raise AzureError.from_sdk(error) from None
    except jwt.InvalidTokenError:
        raise AzureError(Said.ACCESS_TOKEN, permanent=True) from None
    application = str(claims.get("appid") or claims.get("azp") or "")
    return Caller(
        object_id=str(claims.get("oid", "")),
        tenant_id=str(claims.get("tid", "")).lower(),
        name=next((str(claims[name]) for name in NAMES if claims.get(name)), application),
        is_person="scp" in claims,
    )
