"""Asks every rule, several at a time, and comes back in bounded time."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from centrala.azure.errors import AzureError
from centrala.connection.azure_words import in_words
from centrala.doctor.context import Context
from centrala.doctor.exact import exact
from centrala.doctor.finding import Finding, Fix, NotChecked, Outcome, State
from centrala.doctor.rule import Rule
from centrala.doctor.rules import RULES
from centrala.errors import Misconfigured

log = logging.getLogger(__name__)

AT_A_TIME = 8
SECONDS = 90.0  # for all rules together
ORDER = list(State)


def run(context: Context, rules: Sequence[Rule] = RULES, *, seconds: float = SECONDS) -> list[Finding]:
    """In the order of the rules. A rule that crashes or does not come back hides no other."""
    language = get_language() or "en"
    pool = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="doctor")
    try:
        asked = [(rule, pool.submit(_in_language, language, rule, context)) for rule in rules]
        wait([future for _, future in asked], timeout=seconds)
        return [_finding(rule, _said(rule, future, seconds), context) for rule, future in asked]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def by_gravity(findings: Sequence[Finding]) -> list[tuple[State, list[Finding]]]:
    """The gravest first; states without a finding are left out."""
    groups = [(state, [one for one in findings if one.state is state]) for state in ORDER]
    return [(state, found) for state, found in groups if found]


def _in_language(language: str, rule: Rule, context: Context) -> Outcome:
    with override(language):
        return _asked(rule, context)


def _asked(rule: Rule, context: Context) -> Outcome:
    try:
        return rule.ask(context)
    except NotChecked as reason:
        return Outcome(state=State.NOT_CHECKED, cause=reason.cause, fix=reason.fix)
    except AzureError as error:
        cause = _("Azure could not be asked: %(reason)s") % {"reason": in_words(error)}
        return Outcome(state=State.NOT_CHECKED, cause=cause, fix=Fix())
    except Misconfigured as lost:
        return Outcome(state=State.ERROR, cause=str(lost), fix=Fix())
    except Exception as bug:  # one rule's bug must not hide what the others found
        log.exception("the rule %s crashed", rule.id)
        cause = _("The rule itself failed (%(kind)s); the log says where. Please report it.") % {
            "kind": type(bug).__name__
        }
        return Outcome(state=State.NOT_CHECKED, cause=cause, fix=Fix())


def _said(rule: Rule, future: "Future[Outcome]", seconds: float) -> Outcome:
    if future.done():
        return future.result()
    log.warning("the rule %s did not come back within %g s", rule.id, seconds)
    cause = _("There was no answer within %(seconds)s seconds.") % {"seconds": f"{seconds:g}"}
    return Outcome(state=State.NOT_CHECKED, cause=cause, fix=Fix())


def _finding(rule: Rule, said: Outcome, context: Context) -> Finding:
    fix = said.fix if said.fix is not None else rule.fix
    fix = replace(fix, command=exact(fix.command, context))
    return Finding(
        id=rule.id,
        title=str(rule.title),
        state=said.state,
        cause=said.cause,
        fix=Fix() if said.state is State.OK else fix,
    )
