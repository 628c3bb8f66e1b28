"""`centrala numbers`: the resource's telephone numbers; what Azure offers, buying, adding features, giving back."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from centrala.cli.asking import ask, say
from centrala.cli.database import database
from centrala.errors import Refused

if TYPE_CHECKING:
    from centrala.azure.number_market import Features
    from centrala.connection.models import Connection
    from centrala.numbers.models import PhoneNumber
    from centrala.ordering.models import Order

FEATURES = {
    "receives_calls": "receives calls",
    "makes_calls": "makes calls",
    "receives_sms": "receives SMS",
    "sends_sms": "sends SMS",
}
TYPES = ("toll_free", "geographic", "mobile")
PATIENCE_SECONDS = 120  # after which an order goes on without anybody who looks


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sync", action="store_true", help="fetch them from Azure first")
    parser.add_argument("--json", action="store_true", help="one a line")
    acts = parser.add_subparsers(dest="act", metavar="ACT")
    for name, text in {
        "list": "the numbers, as without an act",
        "sync": "fetches them from Azure",
        "offers": "the countries that Azure sells numbers of, or what it offers in one",
        "buy": "finds a number, says what it costs, and buys it",
        "edit": "adds features to a number",
        "release": "gives a number back, for good",
    }.items():
        act = acts.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        # What the command takes itself, taken after the act as well.
        act.add_argument("--data", type=Path, default=argparse.SUPPRESS, help="the installation's folder")
        act.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one a line")
        act.add_argument("--yes", action="store_true", default=argparse.SUPPRESS, help="do not ask before it is done")
        if name in {"offers", "buy"}:
            act.add_argument("country", nargs="?" if name == "offers" else None, type=str.upper, help="two letters: US")
        if name in {"edit", "release"}:
            act.add_argument("number", help="with its plus")
        if name == "buy":
            act.add_argument("--type", choices=TYPES, default="toll_free")
            act.add_argument("--area-code", default="", help="without it: any")
            act.add_argument("--agree-to-not-resell", action="store_true", help="some countries ask for it")
        if name in {"buy", "edit"}:
            for feature in FEATURES:
                act.add_argument(f"--{feature.replace('_', '-')}", action="store_true")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.connection.access import active_connection

        connection = active_connection()
        if connection is None:
            raise Refused("No resource is connected. Fix: centrala connect.")
        ACTS[options.act or "list"](connection, options)
    return 0


def _list(connection: "Connection", options: argparse.Namespace) -> None:
    if options.sync:
        _fetch(connection)
    for number in connection.numbers.prefetch_related("lines__workstream"):
        told = _told(number)
        say(
            options, told, f"{number.number}\t{number.get_type_display()}\t{', '.join(_able(number))}\t{told['status']}"
        )


def _sync(connection: "Connection", options: argparse.Namespace) -> None:
    _fetch(connection)
    options.sync = False
    _list(connection, options)


def _fetch(connection: "Connection") -> None:
    from centrala.numbers import actions
    from centrala.workstreams.actions import put_to_work

    put_to_work(numbers=actions.sync(connection=connection))


def _offers(connection: "Connection", options: argparse.Namespace) -> None:
    from django.conf import settings

    from centrala.azure.number_market import Market
    from centrala.numbers.actions import TYPES as OURS

    market = Market(connection=connection.connection_string, cloud=settings.CLOUD)
    if options.country is None:
        for country in market.countries():
            say(options, {"country": country.code, "name": country.name}, f"{country.code}\t{country.name}")
        return
    for offer in market.offers(options.country):
        kind, cost = str(OURS.get(offer.type, offer.type)), f"{offer.monthly_cost} {offer.currency}"
        told = {"type": kind, "calling": offer.features.calling, "sms": offer.features.sms, "monthly_cost": cost}
        say(options, told, f"{kind}\tcalls: {offer.features.calling}\tSMS: {offer.features.sms}\t{cost} a month")


def _buy(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.numbers.models import NumberType
    from centrala.ordering import actions
    from centrala.ordering.models import State

    order = actions.find(
        connection=connection,
        country=options.country,
        kind=NumberType(options.type),
        features=_features(options),
        area_code=options.area_code,
        actor=None,
    )
    order = _awaited(order)
    if order.state == State.FOUND:
        ask(options, f"Buys {order.number} for {order.monthly_cost} {order.currency} a month.")
        actions.purchase(order=order, agreed=options.agree_to_not_resell, actor=None)
        order = _awaited(order)
    _end(options, order, f"{order.number} is bought.")


def _edit(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.ordering import actions

    number = _named(connection, options.number)
    order = actions.add_features(number=number, features=_features(options) | actions.features_of(number), actor=None)
    if order is None:
        print(f"{number.number} can do all of that already.")
    else:
        _end(options, _awaited(order), f"{number.number} can do more now.")


def _release(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.ordering import actions

    number = _named(connection, options.number)
    ask(options, f"Gives {number.number} back to Microsoft, for good.")
    _end(options, _awaited(actions.release(number=number, actor=None)), f"{number.number} is released.")


def _awaited(order: "Order") -> "Order":
    """As the worker left it; with no worker that runs, this command does its work."""
    from centrala.azure.errors import AzureError
    from centrala.ordering.carrying import carry_out

    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        order.refresh_from_db()
        if not order.busy or time.monotonic() > until:
            return order
        try:
            carry_out(order_id=order.pk)
        except AzureError as error:
            time.sleep(min(error.retry_after or 2, 5))


def _end(options: argparse.Namespace, order: "Order", words: str) -> None:
    from centrala.ordering.models import State
    from centrala.ordering.words import WORDS

    if order.busy:
        raise Refused("Azure is still at work. It goes on by itself: centrala numbers tells how it ended.")
    if order.state == State.FAILED:
        raise Refused(" ".join(filter(None, (str(WORDS.get(order.trouble, "")), order.said))))
    cost = str(order.monthly_cost) if order.monthly_cost is not None else None
    told = {"order": str(order.pk), "number": order.number, "monthly_cost": cost, "currency": order.currency}
    say(options, told, words)


def _named(connection: "Connection", text: str) -> "PhoneNumber":
    number = connection.numbers.filter(number=text).select_related("connection").first()
    if number is None:
        raise Refused(f"There is no number {text} here. Fix: centrala numbers lists them; with the plus.")
    return number


def _features(options: argparse.Namespace) -> "Features":
    from centrala.azure.number_market import Features

    return Features(**{name: getattr(options, name) for name in FEATURES})


def _told(number: "PhoneNumber") -> dict[str, Any]:
    lines = list(number.lines.all())
    return {
        "number": number.number,
        "type": number.type,
        "country": number.country,
        **{name: getattr(number, name) for name in FEATURES},
        "monthly_cost": str(number.monthly_cost) if number.monthly_cost is not None else None,
        "currency": number.currency,
        "workstreams": [str(line.workstream) for line in lines],
        "status": "inactive" if number.missing_since else "connected" if lines else "ready for setup",
    }


def _able(number: "PhoneNumber") -> list[str]:
    return [words for name, words in FEATURES.items() if getattr(number, name)]


ACTS: "dict[str, Callable[[Connection, argparse.Namespace], None]]" = {
    "list": _list,
    "sync": _sync,
    "offers": _offers,
    "buy": _buy,
    "edit": _edit,
    "release": _release,
}
