"""This installation by itself."""

import os
import shlex
import ssl
import stat
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centrala.doctor.context import Context
from centrala.doctor.finding import Action, Fix, NotChecked, Outcome, State, fine
from centrala.doctor.rule import Needs, Rule
from centrala.organization.models import Kind

TOLERATED = 60  # seconds that this machine's clock may be off; Entra's tokens bear five minutes
SECONDS = 10.0
OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST = 10  # migrations that are named
GRAPH = {"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.ReadWrite.All"}
GRAPH |= {"RoleManagement.ReadWrite.Directory"}
EVERYTHING = "*"


def organization(context: Context) -> str:
    found = context.hub.organization
    if found is None:
        return _("The organisation is not set up.")
    there = context.hub.connected
    is_lent = there is not None and there.connection.is_trial  # by somebody who has connected theirs
    if found.kind == Kind.TRIAL and context.hub.standing.trial_running and not is_lent:
        return _("The organisation is a trial, and a trial connects no resource of its own.")
    return "" if found.licensed else _("The organisation has no licence for channels.")


def connected(context: Context) -> str:
    return "" if context.hub.connected else _("No Communication Services resource is connected.")


def migrations(context: Context) -> str:
    if not context.unapplied:
        return ""
    names = ", ".join(context.unapplied[:MOST]) + ("…" if len(context.unapplied) > MOST else "")
    return _("The database lacks changes of this version: %(names)s.") % {"names": names}


def secret_files(context: Context) -> list[Path]:
    """Those of this installation that hold keys or passwords, as far as they are files."""
    data = context.installation.data
    named = os.environ.get("CENTRALA_KEYS", "")
    inside = [
        data / name
        for name in ("keys", "secret.key", "metrics.token", "centrala.toml", "people.json", "postgres.password")
    ]
    return [path for path in [*inside, *([Path(named)] if named.startswith(("/", ".")) else [])] if path.is_file()]


def open_to_others(path: Path) -> bool:
    return bool(path.stat().st_mode & OTHERS)


def keys_file(context: Context) -> str | Outcome:
    wide = [path for path in secret_files(context) if open_to_others(path)]
    if not wide:
        return ""
    cause = _("Others on this machine may read %(files)s.") % {"files": ", ".join(str(path) for path in wide)}
    return Outcome(state=State.ERROR, cause=cause, fix=_closing(wide, context))


def is_ours(path: Path, context: Context) -> bool:
    """Whether this process may close it to others without closing it to the hub, which owns its data folder."""
    data = context.installation.data
    return data.is_dir() and path.stat().st_uid == os.geteuid() == data.stat().st_uid


def _closing(wide: list[Path], context: Context) -> Fix:
    ours = [str(path) for path in wide if is_ours(path, context)]
    others = [str(path) for path in wide if not is_ours(path, context)]
    told = ""
    if others:
        told = _(
            "Not the hub's account, or not its alone: %(files)s. As root, give them to the account that the hub runs "
            "as (chown), and then to nobody else (chmod 600)."
        ) % {"files": ", ".join(others)}
    if not ours:
        return Fix(text=told)
    text = " ".join([told, _("Let its owner alone read it:")]).strip()
    return Fix(text=text, command=f"chmod 600 {shlex.join(ours)}", action=Action.PROTECT)


def clock(context: Context) -> str:
    trust = ssl.create_default_context(cafile=context.cloud.ca_bundle)
    try:
        with httpx.Client(verify=trust, timeout=SECONDS) as client:
            answer = client.get(f"{context.cloud.authority}/common/discovery/instance")
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, OSError) as error:
        raise NotChecked(
            _("%(url)s does not answer: %(reason)s")
            % {"url": context.cloud.authority, "reason": str(error) or type(error).__name__}
        ) from None
    except (KeyError, ValueError):
        raise NotChecked(_("Microsoft Entra ID does not tell the time.")) from None
    off = round((context.clock() - theirs).total_seconds())
    if abs(off) <= TOLERATED:
        return ""
    if off > 0:
        return _("This machine's clock is %(seconds)s seconds ahead of Microsoft Entra ID's.") % {"seconds": off}
    return _("This machine's clock is %(seconds)s seconds behind Microsoft Entra ID's.") % {"seconds": -off}


def hub_principal(context: Context) -> str | Outcome:
    if context.azure.own is None:
        return fine(_("The hub has no principal of its own."))
    rights = sorted(context.azure.own_graph_rights() & GRAPH)
    if rights:
        return _("The hub's own principal may change the directory: %(rights)s. Whoever gets its secret gets that.") % {
            "rights": ", ".join(rights)
        }
    if EVERYTHING in context.azure.own_actions():
        return _("The hub's own principal may do everything in the resource group (Owner or Contributor).")
    return ""


RULES = (
    Rule(
        id="organization",
        title=gettext_lazy("The organisation may connect a resource"),
        severity=State.ERROR,
        needs=Needs.DATABASE,
        check=organization,
        fix=Fix(
            text=gettext_lazy("Set it up and record its licence."),
            command="centrala organization --licence yes",
            action=Action.ORGANIZATION,
        ),
        looks_at="the organisation's kind, licences and trial",
        because="Without an organisation that is licensed and no trial, nothing may be connected.",
    ),
    Rule(
        id="connected",
        title=gettext_lazy("A resource is connected"),
        severity=State.ERROR,
        needs=Needs.DATABASE,
        check=connected,
        fix=Fix(text=gettext_lazy("Connect it:"), command="centrala provision", action=Action.CONNECT),
        looks_at="the connection in force",
        because="Nothing arrives and nothing can be sent. What follows is not checked then.",
    ),
    Rule(
        id="migrations",
        title=gettext_lazy("The database is of this version"),
        severity=State.ERROR,
        needs=Needs.DATABASE,
        check=migrations,
        fix=Fix(text=gettext_lazy("Bring it up to this version:"), command="centrala migrate"),
        looks_at="the migrations that were applied, beside those of this version",
        because="Pages and jobs fail where they meet a table or column that is not there.",
    ),
    Rule(
        id="secret-files",
        title=gettext_lazy("Keys and passwords are their owner's alone"),
        severity=State.ERROR,
        needs=Needs.NOTHING,
        check=keys_file,
        fix=Fix(text=gettext_lazy("Let its owner alone read it:"), command="chmod 600 FILE", action=Action.PROTECT),
        looks_at="the modes of the files with keys and passwords in the data folder, and of CENTRALA_KEYS",
        because="Whoever reads the keys opens the stored connection string, and with it the resource.",
    ),
    Rule(
        id="clock",
        title=gettext_lazy("This machine's clock is right"),
        severity=State.ERROR,
        needs=Needs.NETWORK,
        check=clock,
        fix=Fix(text=gettext_lazy("Set the clock by a time server:"), command="timedatectl set-ntp true"),
        looks_at="the Date header of Microsoft Entra ID",
        because="Tokens look expired or not yet valid, and Azure refuses signed requests.",
        pitfalls=(19,),
    ),
    Rule(
        id="hub-principal",
        title=gettext_lazy("The hub's own principal holds no more than it needs"),
        severity=State.WARNING,
        needs=Needs.NETWORK,
        check=hub_principal,
        fix=Fix(text=gettext_lazy("Give it the custom role of docs/provision.md instead, and no right in Graph.")),
        looks_at="the rights that the tokens of AZURE_CLIENT_ID carry, and what its roles allow in the group",
        because="A secret that lies on a web server would then open the tenant or the subscription.",
        pitfalls=(17,),
    ),
)
