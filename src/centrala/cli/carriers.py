"""`centrala carriers`: numbers of an own carrier, border controllers, voice routes, and which route a number takes."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from centrala.cli.asking import ask, say
from centrala.cli.database import database
from centrala.errors import Refused

if TYPE_CHECKING:
    from centrala.connection.models import Connection
    from centrala.numbers.models import Carrier, PhoneNumber

TYPES = ("geographic", "toll_free", "mobile")
ACTS = {
    "list": "the carriers with their numbers, as without an act",
    "controllers": "the border controllers that Azure has, and how they are",
    "routes": "the voice routes in their order",
    "try": "which route a number would take; nobody is called",
    "add-number": "adds a number of a carrier, which is made where there is none of the name",
    "delete-number": "deletes a carrier's number here; it stays with the carrier",
    "import": "checks a CSV file of a carrier's numbers, and imports them if every line is right",
    "add-controller": "adds a border controller in Azure, or gives one that is there another port",
    "delete-controller": "deletes a border controller in Azure, with the routes that lead to it alone",
    "add-route": "adds a voice route in Azure, as the last one",
    "delete-route": "deletes a voice route in Azure",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one a line")
    acts = parser.add_subparsers(dest="act", metavar="ACT")
    made = {
        name: acts.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        for name, text in ACTS.items()
    }
    for act in made.values():
        # What the command takes itself, taken after the act as well.
        act.add_argument("--data", type=Path, default=argparse.SUPPRESS, help="the installation's folder")
        act.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one a line")
        act.add_argument("--yes", action="store_true", default=argparse.SUPPRESS, help="do not ask before it is done")
    made["try"].add_argument("number", help="with its country code")
    for name in ("add-number", "delete-number"):
        made[name].add_argument("number", help="with its country code")
    made["add-number"].add_argument("--receives-calls", action="store_true")
    made["add-number"].add_argument("--makes-calls", action="store_true")
    made["import"].add_argument("file", type=Path)
    for name in ("add-number", "import"):
        made[name].add_argument("--carrier", required=True, help="it is made where there is none of the name")
        made[name].add_argument("--country", required=True, type=str.upper, help="two letters: PL")
        made[name].add_argument("--type", choices=TYPES, default="geographic")
    for name in ("add-controller", "delete-controller"):
        made[name].add_argument("fqdn", help="as sbc1.contoso.example")
    made["add-controller"].add_argument("--port", type=int, default=5061)
    for name in ("add-route", "delete-route"):
        made[name].add_argument("name")
    made["add-route"].add_argument("--pattern", required=True, help=r"a regular expression: ^\+48\d{9}$")
    made["add-route"].add_argument("--controller", action="append", required=True, help="may be given several times")
    made["add-route"].add_argument("--description", default="")


def run(options: argparse.Namespace) -> int:
    with database():
        from centrala.connection.access import active_connection

        connection = active_connection()
        if connection is None:
            raise Refused("No resource is connected. Fix: centrala connect.")
        if connection.is_trial:
            raise Refused("A trial has no carrier of its own. Fix: end the trial, and connect a resource.")
        VERBS[options.act or "list"](connection, options)
    return 0


def _list(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.numbers.models import Carrier

    for carrier in Carrier.objects.all():
        for number in connection.numbers.filter(carrier=carrier):
            say(options, _number(number, carrier), f"{carrier}\t{number.number}\t{number.get_type_display()}")
        if not connection.numbers.filter(carrier=carrier).exists():
            say(options, {"carrier": carrier.name, "number": None}, f"{carrier}\tno numbers")


def _controllers(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.carriers import sip
    from centrala.carriers.words import controller_words

    for one in sip.of(connection).controllers:
        words = controller_words(one)
        told = {
            "fqdn": one.fqdn,
            "port": one.port,
            "enabled": one.enabled,
            "health": str(one.health),
            "certificate": one.certificate or None,
            "options": one.ping or None,
            "advice": words.advice or None,
        }
        say(options, told, f"{one.fqdn}:{one.port}\t{words.state}\t{words.advice}".rstrip())


def _routes(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.carriers import sip

    for place, route in enumerate(sip.of(connection).routes, 1):
        told = {"place": place, "name": route.name, "pattern": route.pattern, "controllers": list(route.controllers)}
        say(options, told, f"{place}. {route.name}\t{route.pattern}\t{', '.join(route.controllers)}")


def _try(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.carriers import sip
    from centrala.carriers.trying import try_out

    found = try_out(options.number, sip.of(connection))
    route = found.taker.route if found.taker else None
    told = {
        "number": found.number,
        "route": route.name if route else None,
        "controllers": list(route.controllers) if route else [],
        "unsure": found.unsure,
        "all_down": found.all_down,
        "tried": [{"name": one.route.name, "fit": str(one.fit)} for one in found.tried],
    }
    words = f"{route.name}\t{', '.join(route.controllers)}" if route else "no route takes it"
    words += "\tan earlier route could not be tried out here" if found.unsure else ""
    words += "\tnone of its controllers takes calls" if found.all_down else ""
    say(options, told, "\n".join([words, *(f"  {one.route.name}: {one.fit}" for one in found.tried)]))


def _add_number(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.carriers import own_numbers
    from centrala.carriers.own_numbers import OwnNumber
    from centrala.numbers.models import NumberType

    plans = {name: getattr(options, name) for name in ("receives_calls", "makes_calls")}
    if not any(plans.values()):
        raise Refused("A number that can do nothing is of no use. Fix: --receives-calls, --makes-calls, or both.")
    number = own_numbers.read(options.number, country=options.country)
    own = OwnNumber(number=number, country=options.country, type=NumberType(options.type), **plans)
    carrier = _carrier(options)
    own_numbers.add(connection=connection, carrier=carrier, numbers=[own], actor=None)
    say(options, _number(connection.numbers.get(number=number), carrier), f"{number} is added.")


def _import(connection: "Connection", options: argparse.Namespace) -> None:
    """What the worker does for a page, this command does itself; killed, the worker goes on."""
    from centrala.carriers import importing, number_sheets
    from centrala.numbers.models import NumberType

    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise Refused(f"{options.file} cannot be read: {error.strerror}.") from None
    checked = number_sheets.check(data, connection=connection, country=options.country, kind=NumberType(options.type))
    if checked.wrong:
        for one in checked.wrong:
            told = {"line": one.line, "number": one.written, "reason": one.reason}
            say(options, told, f"line {one.line}: {one.written}: {one.reason}")
        raise Refused(f"{len(checked.wrong)} lines are wrong: nothing was imported.")
    ask(options, f"Imports {len(checked.numbers)} numbers of {options.carrier}.")
    kept = importing.keep(
        connection=connection,
        carrier=_carrier(options),
        checked=checked,
        file_name=options.file.name,
        actor=None,
    )
    importing.begin(number_import=kept, actor=None)
    importing.carry_out(import_id=kept.pk)
    kept.refresh_from_db()
    told = {"imported": kept.imported, "skipped": kept.skipped, "state": kept.state}
    say(options, told, f"{kept.imported} numbers are imported, {kept.skipped} were here already.")


def _carrier(options: argparse.Namespace) -> "Carrier":
    from centrala.carriers.actions import save_carrier
    from centrala.numbers.models import Carrier

    found = Carrier.objects.filter(name__iexact=options.carrier).first()
    return found or save_carrier(carrier=Carrier(name=options.carrier), actor=None)


def _delete_number(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.carriers import own_numbers

    number = connection.numbers.exclude(carrier=None).filter(number=options.number).first()
    if number is None:
        raise Refused(f"No carrier has a number {options.number} here. Fix: centrala carriers lists them.")
    ask(options, f"Deletes {number.number} here.")
    own_numbers.remove(number=number, actor=None)
    say(options, {"number": number.number}, f"{number.number} is deleted.")


def _add_controller(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.carriers import controllers

    controllers.add_controller(connection=connection, fqdn=options.fqdn, port=options.port, actor=None)
    say(options, {"fqdn": options.fqdn, "port": options.port}, f"{options.fqdn} is saved in Azure.")


def _delete_controller(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.carriers import controllers, sip

    version = sip.of(connection).version
    ask(options, f"Deletes {options.fqdn} in Azure, with the routes that lead to it alone.")
    gone = controllers.remove_controller(connection=connection, fqdn=options.fqdn, version=version, actor=None)
    words = f"{options.fqdn} is deleted." + (f" With it went: {', '.join(gone)}." if gone else "")
    say(options, {"fqdn": options.fqdn, "routes": gone}, words)


def _add_route(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.azure.direct_routing import VoiceRoute
    from centrala.carriers import sip
    from centrala.carriers.voice_routes import RouteChange, save_route

    route = VoiceRoute(
        name=options.name,
        pattern=options.pattern,
        description=options.description,
        controllers=tuple(options.controller),
    )
    change = RouteChange(route=route, version=sip.of(connection).version)
    save_route(connection=connection, change=change, actor=None)
    say(options, {"name": route.name, "pattern": route.pattern}, f"{route.name} is saved in Azure.")


def _delete_route(connection: "Connection", options: argparse.Namespace) -> None:
    from centrala.carriers import sip
    from centrala.carriers.voice_routes import remove_route

    version = sip.of(connection).version
    ask(options, f"Deletes the route {options.name} in Azure.")
    remove_route(connection=connection, name=options.name, version=version, actor=None)
    say(options, {"name": options.name}, f"{options.name} is deleted.")


def _number(number: "PhoneNumber", carrier: "Carrier") -> dict[str, Any]:
    return {
        "carrier": carrier.name,
        "number": number.number,
        "type": number.type,
        "country": number.country,
        "receives_calls": number.receives_calls,
        "makes_calls": number.makes_calls,
        "status": "inactive" if number.missing_since else "connected" if number.lines.exists() else "ready for setup",
    }


VERBS: "dict[str, Callable[[Connection, argparse.Namespace], None]]" = {
    "list": _list,
    "controllers": _controllers,
    "routes": _routes,
    "try": _try,
    "add-number": _add_number,
    "delete-number": _delete_number,
    "import": _import,
    "add-controller": _add_controller,
    "delete-controller": _delete_controller,
    "add-route": _add_route,
    "delete-route": _delete_route,
}
