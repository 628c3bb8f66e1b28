"""Event Grid on the portal: what listens, what was refused, what became of each event."""

from collections.abc import Callable

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.eventgrid import EventGridManagementClient
from azure.mgmt.eventgrid.models import (
    EventSubscription,
    EventSubscriptionFilter,
    SystemTopic,
    WebHookEventSubscriptionDestination,
)
from azure.mgmt.resource.resources import ResourceManagementClient
from playwright.async_api import Page, expect

from localazure.pytest_plugin import LocalAzure
from localazure_tests.receiver import Receiver, status

pytestmark = pytest.mark.browser

CUSTOMER = "+14255550188"
Subscribe = Callable[[str, Receiver], None]


@pytest.fixture
def subscribe(
    azure: LocalAzure, resources: ResourceManagementClient, event_grid: EventGridManagementClient
) -> Subscribe:
    resources.providers.register("Microsoft.EventGrid")
    topic = SystemTopic(
        location="global",
        source=azure.acs.resource_id,
        topic_type="Microsoft.Communication.CommunicationServices",
    )
    event_grid.system_topics.begin_create_or_update(azure.resource_group, "acs-events", topic).result()

    def subscribe(name: str, receiver: Receiver) -> None:
        event_grid.system_topic_event_subscriptions.begin_create_or_update(
            azure.resource_group,
            "acs-events",
            name,
            EventSubscription(
                destination=WebHookEventSubscriptionDestination(endpoint_url=receiver.url),
                filter=EventSubscriptionFilter(included_event_types=["Microsoft.Communication.SMSReceived"]),
            ),
        ).result()

    return subscribe


def write(azure: LocalAzure, text: str) -> None:
    body = {"from": CUSTOMER, "to": azure.acs.phone_numbers[0], "text": text}
    azure.control.post("/_local/sms", json=body).raise_for_status()


@pytest.mark.long
async def test_delivery_attempts_appear_by_themselves(
    page: Page, azure: LocalAzure, subscribe: Subscribe, receiver: Callable[[], Receiver]
) -> None:
    busy = receiver()
    busy.answer = status(503)
    subscribe("texts", busy)
    await page.goto(azure.portal)
    await page.get_by_role("link", name="Delivery attempts of texts").click()
    await expect(page.get_by_text("No event was sent here yet.")).to_be_visible()

    write(azure, "Anybody there?")

    row = page.get_by_role("row").filter(has_text="SMS Received")
    await expect(row).to_contain_text("Pending")
    await expect(row).to_contain_text("503")

    busy.answer = status(200)
    azure.control.post("/_local/clock", json={"advance_seconds": 120}).raise_for_status()

    await expect(row).to_contain_text("Delivered")
    await expect(row.get_by_role("listitem")).to_have_count(2)


@pytest.mark.long
async def test_clock_is_told_at_home_and_moved_in_one_place(page: Page, azure: LocalAzure) -> None:
    await page.goto(azure.portal)
    clock = page.get_by_role("region", name="Clock")
    await expect(clock.get_by_text("real time", exact=True)).to_be_visible()
    await expect(clock.get_by_role("button")).to_have_count(0)

    await clock.get_by_role("link", name="Move the clock").click()
    await page.get_by_role("button", name="+1 hour").click()
    await page.get_by_role("button", name="+15 minutes").click()
    await page.goto(azure.portal)

    await expect(clock.get_by_text("ahead of real time by 1 h 15 min")).to_be_visible()


@pytest.mark.long
async def test_refused_handshake_is_explained_on_the_home_page(
    page: Page, azure: LocalAzure, subscribe: Subscribe, receiver: Callable[[], Receiver]
) -> None:
    refusing = receiver()
    refusing.answer = lambda received: (401, {})

    with pytest.raises(HttpResponseError):
        subscribe("texts", refusing)

    await page.goto(azure.portal)
    card = page.get_by_role("listitem").filter(has_text="texts").filter(has_text="Endpoint")
    await expect(card).to_contain_text("Failed")
    await expect(card).to_contain_text("Webhook validation handshake failed")
    await expect(card).to_contain_text("Delivered 0")


@pytest.mark.long
async def test_telephone_notices_that_somebody_listens(
    page: Page, azure: LocalAzure, subscribe: Subscribe, receiver: Callable[[], Receiver]
) -> None:
    await page.goto(f"{azure.portal}/telephone")
    await expect(page.get_by_text("Nobody is listening yet.")).to_be_visible()

    subscribe("texts", receiver())

    await expect(page.get_by_text("Nobody is listening yet.")).to_have_count(0)
