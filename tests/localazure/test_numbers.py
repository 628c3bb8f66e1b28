"""Phone numbers through Microsoft's client: on offer, searched, bought, changed, released."""

import pytest
from azure.communication.phonenumbers import PhoneNumberCapabilities
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from localazure_tests.acs import CUSTOMER, Acs, give

VERSION = "api-version=2025-06-01"
CALLS = PhoneNumberCapabilities(calling="inbound+outbound", sms="none")
EVERYTHING = PhoneNumberCapabilities(calling="inbound+outbound", sms="inbound+outbound")


def find(client, country="US", kind="tollFree", capabilities=EVERYTHING, **more):
    poller = client.begin_search_available_phone_numbers(
        country, kind, more.pop("assignment", "application"), capabilities, polling_interval=0.05, **more
    )
    return poller.result()


def buy(client, **more):
    found = find(client, **more)
    client.begin_purchase_phone_numbers(found.search_id, polling_interval=0.05).result()
    return found.phone_numbers


def owned(client):
    return [one.phone_number for one in client.list_purchased_phone_numbers()]


def error_of(caught):
    return caught.value.status_code, caught.value.error.code


def test_countries_come_in_pages(azure, phone_numbers):
    found = list(phone_numbers.list_available_countries(skip=1, max_page_size=2))

    assert [(one.country_code, one.localized_name) for one in found] == [
        ("FR", "France"),
        ("GB", "United Kingdom"),
        ("US", "United States"),
    ]


def test_localities_are_those_of_the_division(azure, phone_numbers):
    found = list(phone_numbers.list_available_localities("CA", administrative_division="BC"))

    assert [one.localized_name for one in found] == ["Vancouver"]
    assert found[0].administrative_division.localized_name == "British Columbia"


def test_area_codes_are_those_of_the_locality(azure, phone_numbers):
    local = phone_numbers.list_available_area_codes("CA", "geographic", locality="Vancouver")
    toll_free = phone_numbers.list_available_area_codes("US", "tollFree")

    assert [one.area_code for one in local] == ["236", "604"]
    assert [one.area_code for one in toll_free] == ["833", "844", "855", "866", "877", "888"]


def test_geographic_area_codes_need_a_locality(azure, phone_numbers):
    with pytest.raises(HttpResponseError) as caught:
        list(phone_numbers.list_available_area_codes("US", "geographic"))

    assert error_of(caught) == (400, "BadRequest")


def test_offerings_tell_capabilities_and_price(azure, phone_numbers):
    [found] = phone_numbers.list_available_offerings("US", phone_number_type="tollFree", assignment_type="application")

    assert found.available_capabilities.sms == "inbound+outbound"
    assert (found.cost.amount, found.cost.currency_code, found.cost.billing_frequency) == (2.0, "USD", "monthly")


def test_unknown_country_is_not_found(azure, phone_numbers):
    with pytest.raises(HttpResponseError) as caught:
        list(phone_numbers.list_available_offerings("XX"))

    assert error_of(caught) == (404, "NotFound")


def test_search_holds_numbers_that_nobody_has(azure, phone_numbers):
    first = find(phone_numbers, area_code="833", quantity=2)
    second = find(phone_numbers, area_code="833", quantity=2)

    assert first.phone_numbers == ["+18335550102", "+18335550103"]
    assert second.phone_numbers == ["+18335550104", "+18335550105"]
    assert (first.cost.amount, first.error, first.phone_number_type) == (2.0, "NoError", "tollFree")


def test_search_result_can_be_fetched_again(azure, phone_numbers):
    found = find(phone_numbers)

    again = phone_numbers._phone_number_client.phone_numbers.get_search_result(found.search_id)

    assert again.phone_numbers == found.phone_numbers
    assert 14 * 60 < (again.search_expires_by - found.search_expires_by).total_seconds() + 15 * 60 <= 15 * 60


def test_numbers_on_hold_are_free_again_after_a_quarter_of_an_hour(azure, phone_numbers, advance):
    first = find(phone_numbers)
    advance(15 * 60)

    assert find(phone_numbers).phone_numbers == first.phone_numbers


def test_search_begins_as_microsofts_does(azure, acs):
    body = {
        "phoneNumberType": "tollFree",
        "assignmentType": "application",
        "capabilities": {"calling": "inbound", "sms": "none"},
        "quantity": 1,
    }

    begun = acs.request("POST", f"/availablePhoneNumbers/countries/US/:search?{VERSION}", body)
    name = begun.headers["search-id"]
    operation = acs.request("GET", begun.headers["operation-location"])

    assert (begun.status_code, begun.headers["operation-id"]) == (202, f"search_{name}")
    assert begun.headers["location"] == f"/availablePhoneNumbers/searchResults/{name}?{VERSION}"
    assert begun.headers["operation-location"] == f"/phoneNumbers/operations/search_{name}?{VERSION}"
    told = operation.json()
    assert (told["status"], told["operationType"], told["id"]) == ("succeeded", "search", f"search_{name}")
    assert told["resourceLocation"] == operation.headers["location"] == begun.headers["location"]


@pytest.mark.parametrize(
    ("kind", "assignment", "capabilities"),
    [
        ("tollFree", "person", EVERYTHING),
        ("geographic", "application", EVERYTHING),
        ("tollFree", "application", PhoneNumberCapabilities(calling="none", sms="none")),
        ("mobile", "application", CALLS),
    ],
)
def test_search_for_what_no_plan_offers_is_refused(azure, phone_numbers, kind, assignment, capabilities):
    with pytest.raises(HttpResponseError) as caught:
        find(phone_numbers, kind=kind, assignment=assignment, capabilities=capabilities)

    assert error_of(caught) == (400, "InternalError")
    assert caught.value.error.innererror["message"].startswith("We are unable to find phone plans")


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": 0},
        {"phoneNumberType": "satellite"},
        {"capabilities": {"calling": "inbound"}},
        {"more": 1},
        {"areaCode": "999"},
    ],
)
def test_wrong_search_is_refused(azure, acs, changes):
    body = {
        "phoneNumberType": "tollFree",
        "assignmentType": "application",
        "capabilities": {"calling": "inbound", "sms": "none"},
    }

    response = acs.request("POST", f"/availablePhoneNumbers/countries/US/:search?{VERSION}", body | changes)

    assert (response.status_code, response.json()["error"]["code"] != "") == (400, True)


def test_cancelled_search_gives_its_numbers_back(azure, phone_numbers):
    first = find(phone_numbers)

    phone_numbers._phone_number_client.phone_numbers.cancel_operation(f"search_{first.search_id}")

    assert find(phone_numbers).phone_numbers == first.phone_numbers
    with pytest.raises(ResourceNotFoundError):
        phone_numbers._phone_number_client.phone_numbers.get_search_result(first.search_id)


def test_bought_number_belongs_to_the_resource_and_writes(azure, phone_numbers, acs):
    [number] = buy(phone_numbers)

    one = phone_numbers.get_purchased_phone_number(number)
    assert (one.id, one.country_code, one.phone_number_type) == (number.lstrip("+"), "US", "tollFree")
    assert (one.capabilities.sms, one.assignment_type, one.cost.amount) == ("inbound+outbound", "application", 2.0)
    assert number in owned(phone_numbers)
    assert acs.send(sender=number).status_code == 202


def test_number_is_not_there_before_its_purchase_has_ended(azure, phone_numbers, acs, advance):
    found = find(phone_numbers)
    azure.control.post("/_local/faults", json={"operation": "numbers.operation", "delay_seconds": 60})

    begun = acs.request("POST", f"/availablePhoneNumbers/:purchase?{VERSION}", {"searchId": found.search_id})
    early = owned(phone_numbers)
    advance(60)
    acs.request("GET", begun.headers["operation-location"])

    assert begun.headers["purchase-id"] in begun.headers["operation-id"]
    assert (found.phone_numbers[0] in early, found.phone_numbers[0] in owned(phone_numbers)) == (False, True)


def test_purchase_after_the_hold_has_ended_fails(azure, phone_numbers, advance):
    found = find(phone_numbers)
    advance(15 * 60)

    with pytest.raises(HttpResponseError):
        phone_numbers.begin_purchase_phone_numbers(found.search_id, polling_interval=0.05).result()

    assert owned(phone_numbers) == list(azure.acs.phone_numbers)


def test_search_is_bought_once(azure, phone_numbers):
    found = find(phone_numbers)
    phone_numbers.begin_purchase_phone_numbers(found.search_id, polling_interval=0.05).result()

    with pytest.raises(HttpResponseError) as caught:
        phone_numbers.begin_purchase_phone_numbers(found.search_id)

    assert error_of(caught) == (400, "BadRequest")


def test_purchase_of_an_unknown_search_is_not_found(azure, phone_numbers):
    with pytest.raises(HttpResponseError) as caught:
        phone_numbers.begin_purchase_phone_numbers("378ddf60-81be-452a-ba4f-613198ea6c28")

    assert error_of(caught) == (404, "NotFound")


def test_number_that_may_not_be_sold_on_needs_the_buyers_word(azure, phone_numbers):
    found = find(phone_numbers, "FR", "geographic", CALLS)

    with pytest.raises(HttpResponseError) as caught:
        phone_numbers.begin_purchase_phone_numbers(found.search_id)
    phone_numbers.begin_purchase_phone_numbers(
        found.search_id, agree_to_not_resell=True, polling_interval=0.05
    ).result()

    assert (found.is_agreement_to_not_resell_required, error_of(caught)) == (True, (400, "BadRequest"))
    assert caught.value.message.find("Consent not provided") >= 0
    assert found.phone_numbers[0] in owned(phone_numbers)


def test_sold_out_type_is_out_of_stock_until_it_is_on_offer_again(azure, phone_numbers):
    azure.control.post("/_local/numbers/sold-out", json={"country": "US", "type": "tollFree"}).raise_for_status()
    none = find(phone_numbers)
    azure.control.delete("/_local/numbers/sold-out").raise_for_status()

    assert (none.phone_numbers, none.error, none.error_code) == ([], "OutOfStock", 1000)
    assert len(find(phone_numbers).phone_numbers) == 1


def test_sold_out_area_code_leaves_the_others(azure, phone_numbers):
    body = {"country": "US", "type": "tollFree", "area_code": "833"}
    azure.control.post("/_local/numbers/sold-out", json=body).raise_for_status()

    assert find(phone_numbers, area_code="833").phone_numbers == []
    assert find(phone_numbers).phone_numbers == ["+18445550100"]


def test_fewer_are_found_when_fewer_are_left(azure, phone_numbers):
    assert len(find(phone_numbers, area_code="844", quantity=150).phone_numbers) == 100


def test_quota_of_searches_answers_429(azure, phone_numbers, acs, advance):
    azure.control.post("/_local/numbers/quota", json={"searches_a_week": 1}).raise_for_status()
    find(phone_numbers)
    body = {
        "phoneNumberType": "tollFree",
        "assignmentType": "application",
        "capabilities": {"calling": "inbound", "sms": "none"},
    }

    second = acs.request("POST", f"/availablePhoneNumbers/countries/US/:search?{VERSION}", body)
    advance(7 * 86_400)

    assert (second.status_code, second.json()["error"]["code"]) == (429, "TooManyRequests")
    assert int(second.headers["retry-after"]) > 6 * 86_400
    assert len(find(phone_numbers).phone_numbers) == 1


def test_quota_of_numbers_answers_429(azure, phone_numbers, acs):
    azure.control.post("/_local/numbers/quota", json={"purchases": 2}).raise_for_status()
    found = find(phone_numbers)

    response = acs.request("POST", f"/availablePhoneNumbers/:purchase?{VERSION}", {"searchId": found.search_id})

    assert (response.status_code, response.json()["error"]["code"]) == (429, "TooManyRequests")


def test_capabilities_change(azure, phone_numbers, acs):
    number = azure.acs.phone_numbers[0]

    changed = phone_numbers.begin_update_phone_number_capabilities(
        number, sms="none", calling="inbound", polling_interval=0.05
    ).result()

    assert (changed.phone_number, changed.capabilities.sms, changed.capabilities.calling) == (number, "none", "inbound")
    assert acs.send(sender=number).status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "media_type", "status"),
    [
        ("%2B18335550100", {}, "application/merge-patch+json", 400),
        ("%2B18335550100", {"sms": "none", "calling": "none"}, "application/merge-patch+json", 400),
        ("%2B18335550100", {"sms": "sometimes"}, "application/merge-patch+json", 400),
        ("%2B18335550100", {"fax": "none"}, "application/merge-patch+json", 400),
        ("%2B18335550100", {"sms": "none"}, "application/json", 415),
        ("%2B18335559999", {"sms": "none"}, "application/merge-patch+json", 404),
        ("invalid_phone_number", {"sms": "none"}, "application/merge-patch+json", 400),
    ],
)
def test_wrong_change_of_capabilities_is_refused(azure, acs, path, body, media_type, status):
    response = acs.request("PATCH", f"/phoneNumbers/{path}/capabilities?{VERSION}", body, content_type=media_type)

    assert response.status_code == status
    assert response.json()["error"]["code"]


def test_released_number_is_gone_and_on_offer_again(azure, phone_numbers):
    [number] = buy(phone_numbers)

    phone_numbers.begin_release_phone_number(number, polling_interval=0.05).result()

    with pytest.raises(ResourceNotFoundError) as caught:
        phone_numbers.get_purchased_phone_number(number)
    assert caught.value.message.find(f"Input phoneNumber {number} cannot be found.") >= 0
    assert find(phone_numbers).phone_numbers == [number]


def test_number_bought_anew_has_nobody_opted_out(azure, phone_numbers, acs):
    [number] = buy(phone_numbers)
    acs.opt_outs("add", sender=number)
    phone_numbers.begin_release_phone_number(number, polling_interval=0.05).result()
    buy(phone_numbers)

    assert acs.opt_outs("check", sender=number).json()["value"][0]["isOptedOut"] is False


def test_short_code_is_not_among_the_phone_numbers(azure, phone_numbers):
    give(azure, "40404")

    assert owned(phone_numbers) == list(azure.acs.phone_numbers)


def test_operator_look_up_says_that_it_is_not_emulated(azure, phone_numbers):
    with pytest.raises(HttpResponseError) as caught:
        phone_numbers.search_operator_information(CUSTOMER)

    assert error_of(caught) == (501, "NotImplemented")


@pytest.fixture
def other(azure, http, communication):
    """Another resource of the same subscription, by its own key."""
    services = communication.communication_services
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}
    services.begin_create_or_update(azure.resource_group, "acs-other", body).result()
    return Acs(azure, http, services.list_keys(azure.resource_group, "acs-other").primary_key)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/phoneNumbers/%2B18335550100", None),
        ("DELETE", "/phoneNumbers/%2B18335550100", None),
        ("PATCH", "/phoneNumbers/%2B18335550100/capabilities", {"sms": "none"}),
        ("GET", "/phoneNumbers/operations/{operation}", None),
        ("GET", "/availablePhoneNumbers/searchResults/{search}", None),
        ("POST", "/availablePhoneNumbers/:purchase", {"searchId": "{search}"}),
    ],
)
def test_key_of_one_resource_never_works_for_anothers_numbers(azure, phone_numbers, other, method, path, body):
    found = find(phone_numbers)
    names = {"search": found.search_id, "operation": f"search_{found.search_id}"}
    body = {key: value.format(**names) for key, value in body.items()} if body else None
    media_type = "application/merge-patch+json" if method == "PATCH" else "application/json"

    response = other.request(method, f"{path.format(**names)}?{VERSION}", body, content_type=media_type)

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NotFound")


def test_other_resource_sees_and_uses_none_of_the_numbers(azure, other, acs):
    listed = other.request("GET", f"/phoneNumbers?{VERSION}").json()

    assert listed == {"phoneNumbers": []}
    assert other.send().status_code == 401
    assert other.opt_outs("add").status_code == 401
    assert acs.send().status_code == 202


def test_deleted_resource_releases_its_numbers(azure, phone_numbers, communication, other):
    services = communication.communication_services
    services.begin_delete(azure.resource_group, azure.acs.resource_name).result()

    body = {
        "phoneNumberType": "tollFree",
        "assignmentType": "application",
        "capabilities": {"calling": "inbound", "sms": "none"},
        "areaCode": "833",
    }
    begun = other.request("POST", f"/availablePhoneNumbers/countries/US/:search?{VERSION}", body)
    other.request("GET", begun.headers["operation-location"])
    found = other.request("GET", begun.headers["location"]).json()

    assert found["phoneNumbers"] == [azure.acs.phone_numbers[0]]
