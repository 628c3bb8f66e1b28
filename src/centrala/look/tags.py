"""Template tags of every page; built in by the settings, so no template loads them."""

from datetime import date, datetime, timedelta
from functools import lru_cache

import phonenumbers
from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from centrala.hidden import is_hidden
from centrala.look.icons import ICONS
from centrala.look.place import page_at

register = template.Library()
register.simple_tag(page_at)

# A state is told by a shape beside its word, never by colour alone.
SHAPES = {
    "open": "ring",
    "active": "dot",
    "closed": "square",
    "waiting": "clock",
    "wrap_up": "log",
    "queued": "clock",
    "sending": "up",
    "sent": "check",
    "delivered": "checks",
    "failed": "alert",
    "unknown": "question",
    "invited": "clock",
    "locked": "lock",
    "disabled": "cross",
    "paused": "ring",
    "expired": "clock",
    "revoked": "cross",
    "received": "clock",
    "processed": "check",
    "draft": "log",
    "running": "dot",
    "done": "checks",
    "cancelled": "cross",
    "left_out": "next",
}


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, shape: str = "") -> SafeString:
    """An icon beside text that says the same, so hidden from screen readers."""
    inside = mark_safe(ICONS[name])  # noqa: S308 - our own drawings
    return format_html(
        '<svg class="icon {}" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">{}</svg>',
        shape,
        inside,
    )


@register.filter
def phone(number: str) -> str:
    """+48600100200 as +48 600 100 200; short codes and senders' names stay as they are."""
    return _("The customer hid the number") if is_hidden(number) else _spaced(number)


@lru_cache(maxsize=20_000)
def _spaced(number: str) -> str:
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.simple_tag
def state(value: str, label: str) -> SafeString:
    """A state as a shape and a word."""
    return format_html('<span class="state {}">{}{}</span>', value, icon(SHAPES[value]), label)


@register.simple_tag
def moment(at: datetime) -> str:
    """A time for a narrow list: the hour today, the day this year, else the date."""
    local, today = localtime(at), localdate()
    if local.date() == today:
        return date_format(local, "H:i")
    if local.year == today.year:
        # Translators: day and short month; Polish writes months small: "j b"
        return date_format(local, pgettext("date format", "j M"))
    return date_format(local, "SHORT_DATE_FORMAT")


@register.filter
def since(at: datetime) -> str:
    """How long ago, in two units at most: 0 min, 59 min, 2 h 5 min, 3 d 4 h. The symbols are those of every language;
    static/centrala/waiting.js goes on counting in the same words."""
    minutes = max(0, int((now() - at).total_seconds() // 60))
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


@register.filter
def clock(length: timedelta) -> str:
    """A length of time as a telephone shows it: 0:07, 12:30, 1:02:03."""
    minutes, seconds = divmod(max(0, int(length.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def elapsed(at: datetime) -> str:
    """How long ago, running: static/centrala/clock.js goes on counting."""
    return clock(now() - at)


@register.simple_tag
def day_name(day: date) -> str:
    today = localdate()
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return date_format(day, "l, j E" if day.year == today.year else "l, j E Y")


@register.filter
def short_type(event_type: str) -> str:
    """Microsoft.Communication.SMSReceived as SMSReceived."""
    return event_type.rpartition(".")[2] or event_type
