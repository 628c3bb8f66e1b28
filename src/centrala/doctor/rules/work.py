"""Whether what arrives is worked on."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from centrala.doctor.context import Context
from centrala.doctor.finding import Action, Fix, State
from centrala.doctor.rule import Needs, Rule

LATE = timedelta(minutes=1)  # the drain takes milliseconds


def worker(context: Context) -> str:
    seen = context.hub.worker_seen
    if seen is None:
        return _("No worker is running.")
    silent = context.now - seen
    if silent <= timedelta(seconds=2 * settings.STALLED_AFTER_SECONDS):
        return ""
    minutes = round(silent.total_seconds() / 60)
    return ngettext(
        "The worker was last heard of %(minutes)s minute ago.",
        "The worker was last heard of %(minutes)s minutes ago.",
        minutes,
    ) % {"minutes": minutes}


def inbox_waits(context: Context) -> str:
    oldest = context.hub.oldest_waiting
    if oldest is None or context.now - oldest <= LATE:
        return ""
    minutes = round((context.now - oldest).total_seconds() / 60)
    return ngettext(
        "The oldest event in the inbox has waited for %(minutes)s minute.",
        "The oldest event in the inbox has waited for %(minutes)s minutes.",
        minutes,
    ) % {"minutes": minutes}


def failed_events(context: Context) -> str:
    count = context.hub.failed_events
    if not count:
        return ""
    return ngettext("%(count)s event could not be handled.", "%(count)s events could not be handled.", count) % {
        "count": count
    }


def delivery_reports(context: Context) -> str:
    count = context.hub.missing_reports
    if not count:
        return ""
    return ngettext(
        "%(count)s text of the last 7 days has had no delivery report.",
        "%(count)s texts of the last 7 days have had no delivery report.",
        count,
    ) % {"count": count}


def recordings_kept(context: Context) -> str:
    found = context.hub.recordings
    if found.lost:
        return ngettext(
            "%(count)s file of a recording was lost in the last 7 days: its page says why.",
            "%(count)s files of recordings were lost in the last 7 days: their pages say why.",
            found.lost,
        ) % {"count": found.lost}
    if not found.endangered:
        return ""
    assert found.first_leaves_at is not None
    hours = max(0, round((found.first_leaves_at - context.now).total_seconds() / 3600))
    return ngettext(
        "A file of a recording is not kept yet, and Azure deletes it in %(hours)s hour.",
        "A file of a recording is not kept yet, and Azure deletes it in %(hours)s hours.",
        hours,
    ) % {"hours": hours}


def recordings_come(context: Context) -> str:
    count = context.hub.recordings.missing
    if not count:
        return ""
    return ngettext(
        "Azure has not told of the files of %(count)s recording of the last 7 days.",
        "Azure has not told of the files of %(count)s recordings of the last 7 days.",
        count,
    ) % {"count": count}


def calls_written_down(context: Context) -> str:
    count = context.hub.unwritten
    if not count:
        return ""
    return ngettext(
        "Azure has not written down %(count)s call of the last 7 days, although its workstream says so.",
        "Azure has not written down %(count)s calls of the last 7 days, although their workstreams say so.",
        count,
    ) % {"count": count}


RULES = (
    Rule(
        id="worker",
        title=gettext_lazy("A worker is running"),
        severity=State.ERROR,
        needs=Needs.DATABASE,
        check=worker,
        fix=Fix(text=gettext_lazy("Start it:"), command="centrala worker"),
        looks_at="the heartbeats of the background workers",
        because="Events stay in the inbox, and nothing is sent.",
    ),
    Rule(
        id="inbox-waits",
        title=gettext_lazy("Events are handled as they arrive"),
        severity=State.ERROR,
        needs=Needs.DATABASE,
        check=inbox_waits,
        fix=Fix(
            text=gettext_lazy("See whether a worker runs and what its log says; more workers drain faster:"),
            command="centrala worker",
            action=Action.EVENTS,
        ),
        looks_at="the age of the oldest event that waits",
        because="Customers wait for an answer to texts that nobody has seen.",
        pitfalls=(20, 21),
    ),
    Rule(
        id="failed-events",
        title=gettext_lazy("No event has failed"),
        severity=State.WARNING,
        needs=Needs.DATABASE,
        check=failed_events,
        fix=Fix(
            text=gettext_lazy("Look at the reason of each, mend it, and have them handled again:"),
            command="centrala replay",
            action=Action.EVENTS,
        ),
        looks_at="the events of the inbox that failed",
        because="They are kept and nothing is lost, but nobody sees what they brought.",
        pitfalls=(21, 24),
    ),
    Rule(
        id="delivery-reports",
        title=gettext_lazy("Texts that were sent are reported"),
        severity=State.WARNING,
        needs=Needs.DATABASE,
        check=delivery_reports,
        fix=Fix(
            text=gettext_lazy(
                "See whether SMS Delivery Report Received is among the event types of the event subscription for SMS, "
                "or have it set right:"
            ),
            command="centrala provision",
            action=Action.MANAGE,
        ),
        looks_at="texts without a report 12 hours after they were sent, by numbers that have had reports",
        because="Nobody knows whether the customer has the answer. Some carriers and countries never report.",
    ),
    Rule(
        id="recordings-kept",
        title=gettext_lazy("Recordings are fetched while Azure has them"),
        severity=State.ERROR,
        needs=Needs.DATABASE,
        check=recordings_kept,
        fix=Fix(
            text=gettext_lazy("See what the log of the worker and the page of the conversation say, and have it run:"),
            command="centrala worker",
        ),
        looks_at="files of recordings that wait to be fetched for 12 hours or were given up",
        because="Azure deletes a recording after 24 hours, and nobody can have it back.",
    ),
    Rule(
        id="recordings-come",
        title=gettext_lazy("Azure tells of every recording"),
        severity=State.WARNING,
        needs=Needs.DATABASE,
        check=recordings_come,
        fix=Fix(
            text=gettext_lazy("See whether the event subscription for recordings is there, or have it set right:"),
            command="centrala provision",
            action=Action.MANAGE,
        ),
        looks_at="recordings of calls that are over for an hour, of whose files nothing was told",
        because="The event is the only word of where a recording lies.",
    ),
    Rule(
        id="calls-written-down",
        title=gettext_lazy("Azure writes down the calls it shall"),
        severity=State.WARNING,
        needs=Needs.DATABASE,
        check=calls_written_down,
        fix=Fix(
            text=gettext_lazy(
                "In the Azure portal, connect the AI resource to the Communication Services resource (Cognitive "
                "Services there), and see that its workstream names the same address. The page of the call has Azure's "
                "own words."
            )
        ),
        looks_at="calls of the last 7 days whose transcription Azure refused or broke off",
        because="Without a linked AI resource Azure understands no speech. The calls themselves go on.",
    ),
)
