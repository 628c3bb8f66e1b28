"""Who is signed in to Azure as themselves: `azure_credential_of(request)` is what pages ask.

The tokens live in this process's memory and nowhere else, so here is the one module with state that changes. The Django
session holds a name only; when it ends, so does the sign-in: nothing else leads to it.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from azure.core.credentials import TokenCredential
from django.conf import settings
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.azure.sign_in import DeviceSignIn, Person, Reason, SignInEnded
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import Organization, User

IDLE = timedelta(hours=1)
KEY = "azure_sign_in"


@dataclass
class SignIn:
    """One person's, waiting until `person` or `ended` is there. `leads_to` is the page that asked for it.

    `kept` is what pages have read in Azure, and when. `signed_out` tells whoever still acts in its name to stop.
    """

    user_id: int
    device: DeviceSignIn = field(repr=False)
    tenant_id: str
    leads_to: str
    begun_at: datetime
    used_at: datetime
    asked_at: datetime
    person: Person | None = None
    ended: SignInEnded | None = None
    signed_out: bool = False
    kept: dict[str, tuple[datetime, Any]] = field(default_factory=dict, repr=False)
    lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def expires_at(self) -> datetime:
        return self.begun_at + timedelta(seconds=self.device.seconds)

    @property
    def waiting(self) -> bool:
        return self.person is None and self.ended is None

    @property
    def why(self) -> str:
        """Why nobody is signed in, and what to do."""
        assert self.ended is not None
        if self.ended.reason is Reason.OTHER_TENANT:
            return _(
                "You signed in with an account of the tenant %(theirs)s, but the organisation's tenant is %(ours)s, "
                "and you are no guest there. Sign in with an account of the organisation, or correct its tenant."
            ) % {"theirs": self.ended.home_tenant, "ours": self.tenant_id}
        if self.ended.reason is Reason.REFUSED:
            return _("Azure did not let you in: %(words)s") % {"words": self.ended.words}
        if self.ended.reason is Reason.DECLINED:
            return _("The sign-in was declined on the other page. Begin again when you are ready.")
        return _("The code has expired, nobody signed in with it. Begin again to get a new one.")


class SignIns:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self._all: dict[str, SignIn] = {}
        self._lock = Lock()

    def of(self, request: HttpRequest) -> SignIn | None:
        """The one of this session and this administrator, until an hour without use."""
        self._forget_idle()
        found = self._all.get(request.session.get(KEY, ""))
        user = request.user
        if found is None or not isinstance(user, User) or found.user_id != user.pk or not user.is_administrator:
            return None
        return found

    def begin(self, request: HttpRequest, *, leads_to: str) -> SignIn:
        """A new code; what was before is forgotten. Raises AzureError, or Refused without an organisation."""
        assert isinstance(request.user, User)
        organization = Organization.objects.first()
        if organization is None:
            raise Refused(_("The organisation is not set up yet. Fix: centrala organization --name NAME --tenant ID."))
        tenant, at = str(organization.tenant_id), self.clock()
        device = DeviceSignIn.begin(cloud=settings.CLOUD, tenant_id=tenant, client_id=settings.AZURE_SIGN_IN_CLIENT_ID)
        self.end(request)
        made = SignIn(request.user.pk, device, tenant, leads_to, begun_at=at, used_at=at, asked_at=at)
        name = request.session[KEY] = secrets.token_urlsafe(16)
        with self._lock:
            self._all[name] = made
        return made

    def ask(self, request: HttpRequest) -> SignIn | None:
        """The session's sign-in, after asking Azure whether somebody has signed in, if it is time to ask again.

        Raises AzureError; the code stays good then.
        """
        found = self.of(request)
        if found is None or not found.waiting or not found.lock.acquire(blocking=False):
            return found  # another tab of this session is asking
        try:
            if found.waiting and self._is_due(found):
                found.asked_at = self.clock()
                self._ask(found, request)
        finally:
            found.lock.release()
        return found

    def end(self, request: HttpRequest) -> None:
        with self._lock:
            found = self._all.pop(request.session.pop(KEY, ""), None)
        if found is not None:
            found.signed_out = True

    def _is_due(self, one: SignIn) -> bool:
        return self.clock() - one.asked_at >= timedelta(seconds=one.device.interval)

    def _ask(self, one: SignIn, request: HttpRequest) -> None:
        try:
            one.person = one.device.ask()
        except SignInEnded as ended:
            one.ended = ended
            return
        if one.person is not None:
            one.used_at = self.clock()
            assert isinstance(request.user, User)
            record(actor=request.user, act="sign in to Azure", target=one.person.user_name)

    def _forget_idle(self) -> None:
        with self._lock:
            for name, one in list(self._all.items()):
                if self.clock() - one.used_at >= IDLE:
                    del self._all[name]


SIGN_INS = SignIns(now)


def azure_sign_in_of(request: HttpRequest) -> SignIn | None:
    """With its person; None unless this administrator signed in to Azure from this session. Counts as use."""
    found = SIGN_INS.of(request)
    if found is None or found.person is None:
        return None
    found.used_at = SIGN_INS.clock()
    return found


def azure_person_of(request: HttpRequest) -> Person | None:
    """Whom Azure knows this administrator as, if they signed in there from this session. Counts as use."""
    found = azure_sign_in_of(request)
    return found.person if found else None


def azure_credential_of(request: HttpRequest) -> TokenCredential | None:
    """For acting in Azure as this administrator; None unless they signed in there from this session."""
    person = azure_person_of(request)
    return person.credential if person else None
