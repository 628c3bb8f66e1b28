"""Signing a person in on another device, through MSAL.

The person signs in at home, and the organisation's tenant is then asked for a token: so its guests pass, and whoever
belongs to another tenant alone is refused with the ids of both. Tokens stay in memory.
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
"""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

import httpx
import msal.exceptions  # type: ignore[import-untyped] # it has no types
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from centrala.azure.cloud import Cloud
from centrala.azure.errors import AzureError, Said, SignInAgain

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"  # Microsoft's own public client, known in every tenant
HOME = "organizations"
SLOWER = 5  # seconds more between two questions, when asked to slow down: RFC 8628, 3.5
SECONDS = 10
T = TypeVar("T")


class Reason(Enum):
    DECLINED = "declined"
    EXPIRED = "expired"
    OTHER_TENANT = "other tenant"
    REFUSED = "refused"


ENDINGS = {
    "authorization_declined": Reason.DECLINED,
    "access_denied": Reason.DECLINED,
    "expired_token": Reason.EXPIRED,
    "code_expired": Reason.EXPIRED,
    "bad_verification_code": Reason.EXPIRED,
}
WAITING = {"authorization_pending", "slow_down"}


class SignInEnded(Exception):
    """Nobody is signed in, and this code will not do any more. `home_tenant` is the person's, for OTHER_TENANT;
    `words` are Entra's."""

    def __init__(self, reason: Reason, *, words: str = "", home_tenant: str = "") -> None:
        super().__init__(words or reason.value)
        self.reason = reason
        self.words = words
        self.home_tenant = home_tenant


class PersonCredential:
    """What Microsoft's clients ask for tokens: on the person's behalf, of the organisation's tenant."""

    def __init__(self, application: Any, account: dict[str, Any]) -> None:  # MSAL's
        self._application = application
        self._account = account

    def get_token(
        self, *scopes: str, claims: str | None = None, tenant_id: str | None = None, **_: object
    ) -> AccessToken:
        """Raises ClientAuthenticationError when the person has to sign in again."""
        answer = self._application.acquire_token_silent_with_error(
            list(scopes), account=self._account, claims_challenge=claims
        )
        if not answer or "access_token" not in answer:
            words = _words(answer or {})
            raise ClientAuthenticationError(message=words) if words else SignInAgain("Nobody is signed in.")
        return AccessToken(answer["access_token"], int(time.time()) + int(answer["expires_in"]))


@dataclass(frozen=True, kw_only=True)
class Person:
    user_name: str
    object_id: str
    credential: PersonCredential = field(repr=False)


class DeviceSignIn:
    """One code and whoever signs in with it. `begin` makes it."""

    def __init__(self, cloud: Cloud, tenant_id: str, client_id: str) -> None:
        self._cloud, self._tenant_id, self._client_id = cloud, tenant_id, client_id
        # A client of our own: MSAL's lets REQUESTS_CA_BUNDLE override what it is told to trust.
        verify = ssl.create_default_context(cafile=cloud.ca_bundle) if cloud.ca_bundle else True
        # It asks seldom, for an hour and more, and keeps no connection in between.
        self._http = httpx.Client(verify=verify, timeout=SECONDS, limits=httpx.Limits(max_keepalive_connections=0))
        self._tokens = msal.TokenCache()
        self._scopes = [f"{cloud.resource_manager}/.default"]
        self._application = _asked(lambda: self._application_of(HOME))
        self._flow = self._begun()
        self.interval = int(self._flow["interval"])  # seconds to wait between two questions

    @classmethod
    def begin(cls, *, cloud: Cloud, tenant_id: str, client_id: str = AZURE_CLI) -> "DeviceSignIn":
        """Raises AzureError when no code is given."""
        return cls(cloud, tenant_id.lower(), client_id)

    @property
    def user_code(self) -> str:
        return str(self._flow["user_code"])

    @property
    def address(self) -> str:
        """Where the person enters the code."""
        return str(self._flow["verification_uri"])

    @property
    def seconds(self) -> int:
        """How long the code is good for."""
        return int(self._flow["expires_in"])

    def ask(self) -> Person | None:
        """Asks once; None while nobody has signed in. Raises SignInEnded, or AzureError when it could not be asked."""
        # MSAL notes in the flow when it last asked, by a clock of its own; the pace is the caller's.
        flow = dict(self._flow)
        answer = _asked(lambda: self._application.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True))
        error = answer.get("error")
        if error in WAITING:
            self.interval += SLOWER if error == "slow_down" else 0
            return None
        if "access_token" not in answer:
            raise SignInEnded(ENDINGS.get(error, Reason.REFUSED), words=_words(answer))
        return self._person(answer["id_token_claims"])

    def _person(self, claims: dict[str, Any]) -> Person:
        account = self._application.get_accounts()[0]
        try:
            credential = PersonCredential(_asked(lambda: self._application_of(self._tenant_id)), account)
            _asked(lambda: credential.get_token(*self._scopes))
        except (ClientAuthenticationError, AzureError) as error:
            words = error.values["words"] if isinstance(error, AzureError) else str(error)
            if claims["tid"].lower() != self._tenant_id:
                raise SignInEnded(Reason.OTHER_TENANT, words=words, home_tenant=claims["tid"]) from None
            raise SignInEnded(Reason.REFUSED, words=words) from None
        return Person(
            user_name=claims.get("preferred_username", ""), object_id=claims.get("oid", ""), credential=credential
        )

    def _begun(self) -> dict[str, Any]:
        flow: dict[str, Any] = _asked(lambda: self._application.initiate_device_flow(self._scopes))
        if "user_code" not in flow:
            raise AzureError(Said.NO_CODE, words=_words(flow), permanent=True)
        return flow

    def _application_of(self, tenant: str) -> Any:
        return msal.PublicClientApplication(
            self._client_id,
            authority=f"{self._cloud.authority}/{tenant}",
            token_cache=self._tokens,
            instance_discovery=None if self._cloud.is_public else False,
            http_client=self._http,
        )


def _asked(question: Callable[[], T]) -> T:
    """What MSAL answers; the network's errors and an authority it cannot read become an AzureError."""
    try:
        return question()
    except (httpx.HTTPError, msal.exceptions.MsalError) as error:
        raise AzureError(Said.SIGN_IN_UNANSWERED, words=_line(str(error)), permanent=False) from None
    except ValueError as error:
        raise AzureError(Said.NO_SIGN_IN, words=_line(str(error)), permanent=True) from None


def _words(answer: dict[str, Any]) -> str:
    return _line(str(answer.get("error_description") or answer.get("error") or ""))


def _line(text: str) -> str:
    """The first sentence's line, without the trace ids behind it."""
    return text.partition("\n")[0].partition(" Trace ID:")[0].strip()
