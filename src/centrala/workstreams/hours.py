"""Whether somebody is there at a moment: openings by the clock on the wall of a time zone, holidays, days off.

By that clock an opening is an hour shorter or longer on the night it is changed, as for the people who work then.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from centrala.workstreams.models import Opening, OperatingHours

MIDNIGHT = time()
A_DAY = timedelta(days=1)


class Open(StrEnum):
    """Whether it is open at a moment, and why not."""

    YES = "yes"
    NO = "no"
    HOLIDAY = "holiday"  # or a day off


def at(moment: datetime, hours: OperatingHours | None) -> Open:
    """Without hours it is always open."""
    if hours is None:
        return Open.YES
    local = moment.astimezone(ZoneInfo(hours.time_zone)).replace(tzinfo=None)
    days = [local.date() - timedelta(days=ago) for ago in (0, 1)]  # yesterday's may last until now
    begun = [day for day in days for opening in hours.openings.all() if _covers(opening, day, local)]
    if not begun:
        return Open.HOLIDAY if is_day_off(hours, local.date()) else Open.NO
    return Open.HOLIDAY if all(is_day_off(hours, day) for day in begun) else Open.YES


def is_day_off(hours: OperatingHours, day: date) -> bool:
    return day in hours.closed_on or bool(hours.holidays and day in _holidays(hours.holidays, day.year))


def _covers(opening: Opening, day: date, moment: datetime) -> bool:
    """An opening belongs to the day on which it begins."""
    if opening.weekday != day.weekday():
        return False
    opens = datetime.combine(day, opening.opens)
    closes = datetime.combine(day if opening.opens < opening.closes else day + A_DAY, opening.closes)
    return opens <= moment < closes


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    from holidays import country_holidays  # slow to load, and few need it

    return frozenset(country_holidays(country, years=year))


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """The codes of those whose holidays are known (ISO 3166-1)."""
    from holidays import list_supported_countries

    return frozenset(code for code in list_supported_countries() if len(code) == 2)
