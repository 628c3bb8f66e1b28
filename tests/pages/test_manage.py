"""Manage Azure Communication Services: state of the endpoints, values for the portal, repair, new endpoints, sync."""

import ssl
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django import app
from pytest_django import DjangoAssertNumQueries, Settings

from centrala.azure.cloud import Cloud
from centrala.connection import jobs, keys
from centrala.connection.actions import ConnectFields, connect
from centrala.connection.models import Connection, Endpoint, Service, Sight, Sighting
from centrala.connection.sign_in import SIGN_INS
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import AuditEntry
from hub import NOWHERE, connected
from localazure.pytest_plugin import LocalAzure
from pages.reading import Element, read
from signing_in import Clock, sign_in

PAGE = "/center/phone-numbers/advanced/"
REPAIR, ROTATE, SYNC = f"{PAGE}repair/", f"{PAGE}new-endpoints/", f"{PAGE}sync/"
DISCONNECT, NUMBERS = f"{PAGE}disconnect/", "/center/phone-numbers/"
APP = "0f6f9a2c-0000-4000-8000-00000000000b"


@pytest.fixture
def real(cloud: LocalAzure) -> Connection:
    """The local cloud's resource, connected."""
    fields = ConnectFields(
        resource_name=cloud.acs.resource_name,
        resource_id=cloud.acs.resource_id,
        connection_string=cloud.acs.connection_string,
        event_grid_app_id=APP,
        event_grid_app_tenant_id=cloud.tenant_id,
        confirmed=True,
    )
    return connect(fields=fields, actor=None)


@pytest.fixture
def regenerated(cloud: LocalAzure, real: Connection) -> str:
    """The new connection string, after the primary key was made anew in Azure."""
    credential = Cloud(
        authority=cloud.url, resource_manager=cloud.url, graph=cloud.url, ca_bundle=cloud.ca_bundle
    ).client_secret_credential(tenant_id=cloud.tenant_id, client_id=cloud.client_id, client_secret=cloud.client_secret)
    token = credential.get_token(f"{cloud.url}/.default").token
    answer = httpx.post(
        f"{cloud.url}{cloud.acs.resource_id}/regenerateKey",
        params={"api-version": "2023-04-01"},
        headers={"Authorization": f"Bearer {token}"},
        json={"keyType": "Primary"},
        verify=trust(cloud),
        trust_env=False,
    )
    return str(answer.raise_for_status().json()["primaryConnectionString"])


def trust(cloud: LocalAzure) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=cloud.ca_bundle)


def notes(page: Element) -> list[str]:
    return [note.text() for note in page.all("div", class_="copy-note")]


def saw(service: Service, kind: Sight, *, minutes_ago: int, word: str = "") -> None:
    Sighting.objects.create(
        endpoint=Endpoint.objects.get(service=service, retires_at=None),
        kind=kind,
        at=now() - timedelta(minutes=minutes_ago),
        subscription="SMS-W-CENTRALI",
        word=word,
        detail="",
    )


def test_endpoint_tells_handshake_last_event_and_last_refusal_with_its_reason(
    administrator: Client, connection: Connection
) -> None:
    saw(Service.SMS, Sight.HANDSHAKE, minutes_ago=30)
    saw(Service.SMS, Sight.EVENT, minutes_ago=20)
    saw(Service.SMS, Sight.REFUSAL, minutes_ago=10, word="wrong_audience")

    recording, sms, _call = notes(read(administrator.get(PAGE)))

    assert "No handshake yet: no event subscription sends here." in recording
    assert "by the event subscription “SMS-W-CENTRALI”" in sms
    assert "Last event:" in sms
    assert "Last refusal:" in sms
    assert "The token was made for another application than the connected one." in sms


def test_refusal_before_the_last_event_is_no_trouble_any_more(administrator: Client, connection: Connection) -> None:
    saw(Service.SMS, Sight.REFUSAL, minutes_ago=30, word="no_token")
    saw(Service.SMS, Sight.EVENT, minutes_ago=20)

    note = read(administrator.get(PAGE)).all("div", class_="copy-note")[1]

    assert note.all("span", class_="failed") == []
    assert "Last refusal:" in note.text()


def test_values_for_the_portals_form_are_there_for_each_service_each_with_copy(
    administrator: Client, real: Connection, cloud: LocalAzure
) -> None:
    page = read(administrator.get(PAGE))

    forms = page.all("details", class_="by-hand")
    values = [
        {row.one("dt").text(): row.one("code").text() for row in form.all("div", class_="copy-row")} for form in forms
    ]
    urls = {one.service: one.url for one in real.endpoints.all()}
    assert values[1] == {
        "Name": "centrala-sms",
        "Event Schema": "Event Grid Schema",
        "Topic Types": "Azure Communication Services",
        "Subscription": cloud.subscription_id,
        "Resource group": cloud.resource_group,
        "Resource": cloud.acs.resource_name,
        "System Topic Name": f"{cloud.acs.resource_name}-events",
        "Filter to Event Types": "SMS Received, SMS Delivery Report Received",
        "Endpoint Type": "Web Hook",
        "Subscriber Endpoint": urls["sms"],
        "AAD Tenant ID": cloud.tenant_id,
        "AAD Application ID or URI": APP,
    }
    endpoints = [one["Subscriber Endpoint"] for one in values]
    assert endpoints == [urls["recording"], urls["sms"], urls["incoming_call"]]
    assert [one.rpartition("/")[2] for one in endpoints] == ["recording", "sms", "incoming-call"]
    assert all(row.all("button", class_="copy") for form in forms for row in form.all("div", class_="copy-row"))
    ids = [str(one.attributes["id"]) for one in page.all() if one.attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_page_is_reached_with_a_number_selected_and_without(administrator: Client, connection: Connection) -> None:
    number = PhoneNumber.objects.get()

    row = read(administrator.get(NUMBERS)).one("tbody").one("a")
    chosen = read(administrator.get(str(row.attributes["href"])))
    link = str(chosen.one("div", class_="commands").one("a").attributes["href"])
    page = read(administrator.get(link))

    assert link == f"{PAGE}?number={number.pk}"
    assert chosen.one("h1").text() == "+1 833-555-0100"
    assert page.one("h1").text() == "Manage Azure Communication Services"
    assert "Selected number: +1 833-555-0100." in page.text()
    assert "Selected number" not in read(administrator.get(PAGE)).text()


@pytest.mark.parametrize("number", ["x", "999999", "-1", "\0", "٣", "9" * 40, "9" * 4301])
def test_number_that_is_none_selects_nothing(administrator: Client, connection: Connection, number: str) -> None:
    assert "Selected number" not in read(administrator.get(PAGE, {"number": number})).text()
    assert administrator.get(NUMBERS, {"number": number}).status_code == 200


def test_key_that_was_regenerated_is_noticed_and_told_until_it_is_repaired(
    administrator: Client, real: Connection, regenerated: str
) -> None:
    before = set(Endpoint.objects.values_list("pk")), real.connected_at

    jobs.check_key(timestamp=0)
    banners = [read(administrator.get(page)).one(role="alert").text() for page in ("/center/channels/", NUMBERS, PAGE)]
    field = read(administrator.get(PAGE)).one("p", id="id_connection_string_error").text()
    answer = administrator.post(REPAIR, {"connection_string": regenerated}, follow=True)

    assert all("does not take the stored access key any more" in banner for banner in banners)
    assert field.startswith("The service does not accept this key.")
    page = read(answer)
    assert page.one(role="status").text() == "The connection string is repaired. Nothing else has changed."
    assert page.all("p", id="id_connection_string_error") == []
    real.refresh_from_db()
    assert str(real.connection_string) == regenerated
    assert (real.key_refused_at, (set(Endpoint.objects.values_list("pk")), real.connected_at)) == (None, before)
    entry = AuditEntry.objects.get(act="repair connection string")
    assert regenerated.partition("accesskey=")[2] not in str(vars(entry))


def test_repaired_connection_string_is_told_in_polish(
    administrator: Client, real: Connection, regenerated: str
) -> None:
    polish = {"Accept-Language": "pl"}

    refused = administrator.post(REPAIR, {"connection_string": ""}, headers=polish)
    repaired = administrator.post(REPAIR, {"connection_string": regenerated}, headers=polish, follow=True)

    assert read(refused).one("p", id="id_connection_string_error").text().startswith("Wpisz ciąg połączenia:")
    assert read(repaired).one(role="status").text() == "Ciąg połączenia jest naprawiony. Nic innego się nie zmieniło."


def test_check_runs_every_five_minutes_in_the_background(real: Connection) -> None:
    app.perform_import_paths()
    [task] = [one for one in app.periodic_registry.periodic_tasks.values() if one.task.name == "connection.check_key"]

    assert task.cron == "*/5 * * * *"


def test_key_that_works_again_takes_the_banner_away(real: Connection) -> None:
    Connection.objects.update(key_refused_at=now())
    real.refresh_from_db()

    assert keys.check(real) is True
    real.refresh_from_db()
    assert real.key_refused_at is None


def test_service_out_of_reach_says_nothing_about_the_key(real: Connection, cloud: LocalAzure) -> None:
    cloud.control.post("/_local/faults", json={"operation": "communication", "status": 500, "lasting": True})

    assert keys.check(real) is None
    real.refresh_from_db()
    assert real.key_refused_at is None


def test_refusal_of_a_key_that_was_replaced_meanwhile_is_forgotten(real: Connection, regenerated: str) -> None:
    stale = Connection.objects.get()  # as the check read it
    keys.repair(connection=real, connection_string=regenerated, actor=None)

    assert keys.check(stale) is False
    assert Connection.objects.get().key_refused_at is None


def test_nothing_connected_leaves_nothing_to_check(db: None) -> None:
    jobs.check_key(timestamp=0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Enter the connection string"),
        ("nonsense", "This is not a connection string."),
        ("OLD", "The service does not accept this key."),
        (NOWHERE, "could not be asked"),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_wrong_connection_string_is_refused_at_its_field_and_the_old_one_stays(
    administrator: Client, real: Connection, regenerated: str, text: str, words: str
) -> None:
    old = str(real.connection_string)

    answer = administrator.post(REPAIR, {"connection_string": text.replace("OLD", old)})

    assert answer.status_code == 422
    assert words in read(answer).one("p", id="id_connection_string_error").text()
    assert str(Connection.objects.get().connection_string) == old


def test_signed_in_to_azure_the_new_key_is_read_there(
    administrator: Client, real: Connection, regenerated: str, cloud: LocalAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(cloud)
    monkeypatch.setattr(SIGN_INS, "clock", clock)
    sign_in(administrator, clock)

    administrator.post(REPAIR, {"connection_string": ""})

    assert str(Connection.objects.get().connection_string) == regenerated


def test_new_endpoints_are_made_once_however_often_it_is_pressed(administrator: Client, real: Connection) -> None:
    old = {one.url for one in real.endpoints.all()}
    page = read(administrator.get(PAGE))
    version = str(page.one("input", name="version").attributes["value"])

    first = read(administrator.post(ROTATE, {"version": version}, follow=True))
    second = read(administrator.post(ROTATE, {"version": version}, follow=True))

    assert first.one(role="status").text().startswith("There are new endpoints.")
    assert second.one(role="status").text() == "The endpoints are new already. Nothing was changed."
    live = {one.url for one in real.endpoints.filter(retires_at=None)}
    assert (len(live), live & old) == (3, set())
    leaving = real.endpoints.exclude(retires_at=None)
    assert {one.url for one in leaving} == old
    assert all(timedelta(hours=23, minutes=59) < one.retires_at - now() <= timedelta(hours=24) for one in leaving)
    assert len(second.all("span", class_="countdown")) == 3
    assert not any(url in second.text() for url in old)
    assert AuditEntry.objects.filter(act="new endpoints").count() == 1


@pytest.mark.parametrize("version", ["", "x", "\0"])
def test_new_endpoints_need_the_page_that_was_looked_at(administrator: Client, real: Connection, version: str) -> None:
    administrator.post(ROTATE, {"version": version})

    assert Endpoint.objects.count() == 3


def test_sync_fetches_the_numbers(administrator: Client, real: Connection, cloud: LocalAzure) -> None:
    answer = administrator.post(SYNC, follow=True)

    assert answer.redirect_chain == [(NUMBERS, 302)]
    count = len(cloud.acs.phone_numbers)
    assert read(answer).one(role="status").text() == f"{count} numbers are fetched from Azure."
    assert PhoneNumber.objects.count() == count


def test_sync_that_fails_says_why(administrator: Client, real: Connection, regenerated: str) -> None:
    page = read(administrator.post(SYNC, follow=True))

    assert "The phone numbers could not be fetched:" in page.one(role="status").text()


def test_sync_with_lost_keys_says_what_to_do(administrator: Client, real: Connection, settings: Settings) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]

    page = read(administrator.post(SYNC, follow=True))

    assert "A stored secret cannot be decrypted" in page.one(role="status").text()


def test_disconnecting_twice_is_told_once(administrator: Client, connection: Connection) -> None:
    asked = {"connection": str(connection.pk)}

    first = administrator.post(DISCONNECT, asked)
    second = administrator.post(DISCONNECT, asked)

    assert first["Location"] == f"/center/phone-numbers/left-in-azure/{connection.pk}/"
    assert second["Location"] == NUMBERS
    assert AuditEntry.objects.filter(act="disconnect").count() == 1


def test_page_of_another_resource_disconnects_nothing(administrator: Client, connection: Connection) -> None:
    shown = str(read(administrator.get(DISCONNECT)).one("input", name="connection").attributes["value"])
    before = str(connection.pk)
    connection.delete()
    other = connected()

    told = read(administrator.post(DISCONNECT, {"connection": shown}, follow=True))
    nameless = administrator.post(DISCONNECT)

    assert shown == before
    assert "Nothing was disconnected: “acs-centrala” has been connected since" in told.one(role="status").text()
    assert nameless["Location"] == DISCONNECT
    assert Connection.objects.get(pk=other.pk).disconnected_at is None


def test_deleting_in_azure_after_the_sign_in_has_ended_says_so(administrator: Client, connection: Connection) -> None:
    administrator.post(DISCONNECT, {"connection": str(connection.pk)})
    left = f"/center/phone-numbers/left-in-azure/{connection.pk}/"

    page = read(administrator.post(left, {"remove": ["centrala-sms"]}, follow=True))

    assert "Nothing was deleted in Azure: your sign-in there has ended." in page.text()


def test_disconnect_page_says_what_will_happen_and_changes_nothing(
    administrator: Client, connection: Connection
) -> None:
    page = read(administrator.get(DISCONNECT))

    assert "The endpoints answer 404 within two seconds" in page.text()
    assert "1 number vanishes from the page Phone numbers" in page.text()
    assert Connection.objects.get().disconnected_at is None


def test_what_is_left_is_shown_for_a_disconnected_resource_only(administrator: Client, connection: Connection) -> None:
    assert administrator.get(f"/center/phone-numbers/left-in-azure/{connection.pk}/").status_code == 404
    assert administrator.get(f"/center/phone-numbers/left-in-azure/{UUID(int=1)}/").status_code == 404


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_nobody_else_manages_anything(who: str, request: pytest.FixtureRequest, connection: Connection) -> None:
    client: Client = request.getfixturevalue(who)
    left = f"/center/phone-numbers/left-in-azure/{connection.pk}/"

    answers = [client.post(address) for address in (REPAIR, ROTATE, SYNC, DISCONNECT, left)]
    answers += [client.get(address) for address in (PAGE, DISCONNECT, left)]

    assert {answer.status_code for answer in answers} == {404}
    assert Connection.objects.get().disconnected_at is None
    assert Endpoint.objects.count() == 3


def test_page_takes_as_many_queries_whatever_is_on_it(
    administrator: Client, connection: Connection, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for service in Service:
        for kind in Sight:
            saw(service, kind, minutes_ago=1, word="no_token")
    administrator.get(PAGE)

    with django_assert_num_queries(11):
        administrator.get(PAGE)
