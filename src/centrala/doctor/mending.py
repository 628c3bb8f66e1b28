"""What can be mended from here without a second thought: nothing is deleted, nothing is made that was not there before
the trouble, and all of it may be done twice."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from azure.core.credentials import TokenCredential
from django.utils.translation import gettext as _

from centrala.connection import keys
from centrala.connection.provisioning import Provisioner
from centrala.connection.provisioning.reports import Tell
from centrala.doctor.context import Context
from centrala.doctor.finding import Action, Finding
from centrala.doctor.rules.installation import is_ours, open_to_others, secret_files
from centrala.organization.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

KEY = "access-key"


@dataclass(frozen=True, kw_only=True)
class Mend:
    """`act` may raise Refused or AzureError."""

    text: "StrOrPromise"
    act: Callable[[], object] = field(repr=False)


def mends(
    findings: Sequence[Finding],
    context: Context,
    *,
    credential: TokenCredential | None,
    actor: User | None,
    tell: Tell,
) -> list[Mend]:
    """In the order in which they should be done. What changes Azure, or reads its keys, is done as `credential`."""
    wrong = {one.id: one.fix.action for one in findings if one.wrong}
    found = []
    if Action.PROTECT in wrong.values():
        found.append(Mend(text=_("Let their owner alone read the files with keys."), act=lambda: protect(context)))
    if credential is None or context.found is None or context.found.connected is None:
        return found
    if KEY in wrong:
        found.append(
            Mend(
                text=_("Read the resource's access key anew and store it."),
                act=lambda: renew_key(context, credential=credential, actor=actor),
            )
        )
    if Action.PROVISION in wrong.values():
        resource = context.found.connected.connection.resource
        run = Provisioner(resource=resource, credential=credential, actor=actor, tell=tell)
        found.append(
            Mend(text=_("Bring Azure to what `centrala provision --plan` shows (centrala provision)."), act=run.apply)
        )
    return found


def protect(context: Context) -> list[str]:
    """The files that others could read, and now cannot. What the system does not let us change stays as it is."""
    done = []
    for path in secret_files(context):
        with suppress(OSError):
            if open_to_others(path) and is_ours(path, context):
                path.chmod(0o600)
                done.append(str(path))
    return done


def renew_key(context: Context, *, credential: TokenCredential, actor: User | None) -> None:
    connection = context.connected.connection
    text = keys.read_in_azure(connection.resource, credential)
    keys.repair(connection=connection, connection_string=text, actor=actor, credential=credential)
