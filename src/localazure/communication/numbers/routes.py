"""The paths of phone numbers: https://learn.microsoft.com/rest/api/communication/phonenumbers/"""

from collections.abc import Sequence
from urllib.parse import urlencode

from localazure.communication.numbers import operations, reservations, searches, stock, trading
from localazure.communication.numbers.catalogue import COUNTRIES
from localazure.communication.numbers.kinds import OperationKind
from localazure.communication.numbers.reservation_shapes import available, bare, changed, whole
from localazure.communication.numbers.shapes import (
    AgreementBody,
    BrowseBody,
    Json,
    PurchaseBody,
    SearchBody,
    SomeCapabilities,
    number_shape,
    offering_shape,
)
from localazure.communication.patching import merge_patch
from localazure.communication.senders import Kind
from localazure.errors import BAD_NUMBERS_REQUEST
from localazure.paging import count_of
from localazure.pipeline import Call, Reply
from localazure.routing import Route
from localazure.world import World

LARGEST_PAGE = 100
LISTED = {Kind.GEOGRAPHIC, Kind.TOLL_FREE, Kind.MOBILE}  # short codes are kept elsewhere


def list_numbers(world: World, call: Call) -> Reply:
    owned = [one for one in world.numbers.all() if one.resource == call.caller.resource and one.kind in LISTED]
    return _page(call, "phoneNumbers", [number_shape(one) for one in owned], size="top")


def get_number(world: World, call: Call) -> Reply:
    return Reply(body=number_shape(trading.owned(world, call.caller.resource, call.params["number"])))


def release(world: World, call: Call) -> Reply:
    one = trading.owned(world, call.caller.resource, call.params["number"])
    return operations.begin(world, call, OperationKind.RELEASE, one.number)


def change_capabilities(world: World, call: Call) -> Reply:
    number = call.params["number"]
    wanted = trading.begin_capabilities(world, call.caller.resource, number, merge_patch(call, SomeCapabilities))
    return operations.begin(world, call, OperationKind.CAPABILITIES, number, wanted=wanted)


def list_countries(world: World, call: Call) -> Reply:
    found: list[Json] = [{"localizedName": one.name, "countryCode": one.code} for one in COUNTRIES.values()]
    return _page(call, "countries", found)


def list_localities(world: World, call: Call) -> Reply:
    division = call.query.get("administrativedivision", "").lower()
    found: list[Json] = [
        {
            "localizedName": one.name,
            "administrativeDivision": {"localizedName": one.division, "abbreviatedName": one.short_division},
        }
        for one in stock.country(call.params["country"]).localities
        if division in {"", one.division.lower(), one.short_division.lower()}
    ]
    return _page(call, "phoneNumberLocalities", found)


def list_area_codes(world: World, call: Call) -> Reply:
    where, kind = stock.country(call.params["country"]), call.query.get("phonenumbertype", "")
    if kind not in LISTED:
        raise BAD_NUMBERS_REQUEST.of(reason="A phoneNumberType is required.", target="phonenumbertype")
    locality = call.query.get("locality", "").lower()
    if kind == Kind.GEOGRAPHIC and not locality:
        raise BAD_NUMBERS_REQUEST.of(reason="Geographic area codes need a locality.", target="locality")
    local = {code for one in where.localities if one.name.lower() == locality for code in one.area_codes}
    codes = [block.area_code for block in where.blocks if block.kind == kind]
    found: list[Json] = [{"areaCode": code} for code in codes if kind != Kind.GEOGRAPHIC or code in local]
    return _page(call, "areaCodes", found)


def list_offerings(world: World, call: Call) -> Reply:
    kind, assignment = call.query.get("phonenumbertype"), call.query.get("assignmenttype")
    found = [
        offering_shape(one)
        for one in stock.country(call.params["country"]).offerings
        if kind in {None, one.kind} and assignment in {None, one.assignment}
    ]
    return _page(call, "phoneNumberOfferings", found)


def search(world: World, call: Call) -> Reply:
    begun = searches.begin(world, call.caller.resource, call.params["country"], call.json(SearchBody))
    return operations.begin(world, call, OperationKind.SEARCH, begun.id, name=begun.id)


def get_search(world: World, call: Call) -> Reply:
    return Reply(body=searches.result(world, call.caller.resource, call.params["search"]))


def purchase(world: World, call: Call) -> Reply:
    begun = trading.begin_purchase(world, call.caller.resource, call.json(PurchaseBody))
    return operations.begin(world, call, OperationKind.PURCHASE, begun.id)


def browse(world: World, call: Call) -> Reply:
    found = reservations.browse(world, call.params["country"], call.json(BrowseBody))
    return Reply(body={"phoneNumbers": [available(one) for one in found]})


def list_reservations(world: World, call: Call) -> Reply:
    found = [bare(world, one) for one in world.reservations.all() if one.resource == call.caller.resource]
    return _page(call, "reservations", found)


def get_reservation(world: World, call: Call) -> Reply:
    return Reply(body=whole(world, reservations.find(world, call.caller.resource, call.params["reservation"])))


def change_reservation(world: World, call: Call) -> Reply:
    """201 made, 200 changed, 207 where some numbers could not be had."""
    body = merge_patch(call, reservations.ReservationBody)
    done = reservations.change(world, call.caller.resource, call.params["reservation"], body)
    status = 207 if done.refused else 201 if done.made else 200
    return Reply(status=status, body=changed(world, done))


def remove_reservation(world: World, call: Call) -> Reply:
    reservations.remove(world, call.caller.resource, call.params["reservation"])
    return Reply(status=204)


def purchase_reservation(world: World, call: Call) -> Reply:
    agreed = call.json(AgreementBody).agree_to_not_resell if call.body else False
    begun = reservations.begin_purchase(world, call.caller.resource, call.params["reservation"], agreed=agreed)
    return operations.begin(world, call, OperationKind.RESERVATION, begun.id)


def _page(call: Call, name: str, items: Sequence[Json], size: str = "maxPageSize") -> Reply:
    """By `skip` and a size; the next page's address is relative, as the service writes it."""
    start, count = _whole(call, "skip", 0), max(1, min(_whole(call, size, LARGEST_PAGE), LARGEST_PAGE))
    body: dict[str, object] = {name: items[start : start + count]}
    if start + count < len(items):
        rest = {key: value for key, value in call.query.items() if key not in {"skip", size.lower()}}
        body["nextLink"] = f"{call.path}?{urlencode({'skip': start + count, size: count} | rest)}"
    return Reply(body=body)


def _whole(call: Call, name: str, default: int) -> int:
    return count_of(call.query.get(name.lower(), ""), default)


COUNTRY = "/availablePhoneNumbers/countries/{country}"
RESERVATION = "/availablePhoneNumbers/reservations/{reservation}"
OPERATION = "/phoneNumbers/operations/{operation}"

ROUTES = [
    Route("GET", OPERATION, operations.get),
    Route("DELETE", OPERATION, operations.cancel),
    Route("GET", "/phoneNumbers", list_numbers),
    Route("GET", "/phoneNumbers/{number}", get_number),
    Route("DELETE", "/phoneNumbers/{number}", release),
    Route("PATCH", "/phoneNumbers/{number}/capabilities", change_capabilities),
    Route("GET", "/availablePhoneNumbers/countries", list_countries),
    Route("GET", f"{COUNTRY}/localities", list_localities),
    Route("GET", f"{COUNTRY}/areaCodes", list_area_codes),
    Route("GET", f"{COUNTRY}/offerings", list_offerings),
    Route("POST", f"{COUNTRY}/:search", search),
    Route("POST", f"{COUNTRY}/:browse", browse),
    Route("GET", "/availablePhoneNumbers/searchResults/{search}", get_search),
    Route("POST", "/availablePhoneNumbers/:purchase", purchase),
    Route("GET", "/availablePhoneNumbers/reservations", list_reservations),
    Route("GET", RESERVATION, get_reservation),
    Route("PATCH", RESERVATION, change_reservation),
    Route("DELETE", RESERVATION, remove_reservation),
    Route("POST", f"{RESERVATION}/:purchase", purchase_reservation),
]
