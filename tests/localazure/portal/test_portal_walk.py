"""The Azure side of the source document, done by hand in the portal in its order, in Polish and in English."""

from collections.abc import Callable
from dataclasses import dataclass

import jwt
import pytest
from playwright.async_api import Page, expect

from browser_fixtures import OpenPage
from clipboard import copied
from localazure.pytest_plugin import LocalAzure
from localazure_tests.receiver import Received, Receiver, accept

pytestmark = [pytest.mark.browser, pytest.mark.long]


@dataclass(frozen=True, kw_only=True)
class Words:
    """The labels a reader of the document looks for."""

    groups: str
    properties: str
    name: str
    resource_id: str
    copy: str
    keys: str
    primary_key: str
    connection_string: str
    registrations: str
    new_registration: str
    register_title: str
    account_types: str
    multitenant: str
    register: str
    client_id: str
    tenant_id: str
    to_clipboard: str
    topics: str
    create: str
    topic_types: str
    subscription: str
    group: str
    resource: str
    topic_page: str
    settings: str
    tools: str
    providers: str
    registered: str
    re_register: str
    events: str
    event_subscription: str
    basics: str
    schema: str
    event_grid_schema: str
    topic_name: str
    event_types: str
    recording: str
    received: str
    reports: str
    endpoint_type: str
    web_hook: str
    endpoint: str
    select_endpoint: str
    subscriber: str
    confirm: str
    features: str
    aad: str
    aad_tenant: str
    aad_application: str
    failed: str
    change_settings: str
    save: str
    succeeded: str
    delivered: str


POLISH = Words(
    groups="Grupy zasobów",
    properties="Właściwości",
    name="Nazwa",
    resource_id="Identyfikator zasobu",
    copy="Kopiuj",
    keys="Klucze",
    primary_key="Klucz podstawowy",
    connection_string="Ciąg połączenia",
    registrations="Rejestracje aplikacji",
    new_registration="Nowa rejestracja",
    register_title="Zarejestruj aplikację",
    account_types="Obsługiwane typy kont",
    multitenant="Konta w dowolnym katalogu organizacyjnym (Dowolny Microsoft Entra ID – wielodostępny)",
    register="Zarejestruj",
    client_id="Identyfikator aplikacji (klienta)",
    tenant_id="Identyfikator katalogu (dzierżawy)",
    to_clipboard="Kopiuj do schowka",
    topics="Tematy systemowe Event Grid",
    create="Utwórz",
    topic_types="Typy tematów",
    subscription="Subskrypcja",
    group="Grupa zasobów",
    resource="Zasób",
    topic_page="Temat systemowy usługi Event Grid",
    settings="Ustawienia",
    tools="Narzędzia",
    providers="Dostawcy zasobów",
    registered="Zarejestrowany",
    re_register="Zarejestruj ponownie",
    events="Zdarzenia",
    event_subscription="Subskrypcja zdarzeń",
    basics="Podstawowe",
    schema="Schemat zdarzenia",
    event_grid_schema="Schemat usługi Event Grid",
    topic_name="Nazwa tematu systemu",
    event_types="Filtruj do typów zdarzeń",
    recording="Aktualizacja statusu pliku nagrania",
    received="Odebrane wiadomości SMS",
    reports="Otrzymany raport o dostarczonych wiadomościach SMS",
    endpoint_type="Typ punktu końcowego",
    web_hook="Element webhook",
    endpoint="Punkt końcowy",
    select_endpoint="Wybierz punkt końcowy",
    subscriber="Punkt końcowy subskrybenta",
    confirm="Potwierdź wybór",
    features="Dodatkowe funkcje",
    aad="Użyj uwierzytelniania AAD",
    aad_tenant="Identyfikator dzierżawcy usługi AAD",
    aad_application="Identyfikator aplikacji usługi AAD lub URI",
    failed="Uzgadnianie walidacji elementów webhook nie powiodło się",
    change_settings="Zmień ustawienia",
    save="Zapisz",
    succeeded="Powodzenie",
    delivered="Dostarczono",
)
ENGLISH = Words(
    groups="Resource groups",
    properties="Properties",
    name="Name",
    resource_id="Resource ID",
    copy="Copy",
    keys="Keys",
    primary_key="Primary key",
    connection_string="Connection string",
    registrations="App registrations",
    new_registration="New registration",
    register_title="Register an application",
    account_types="Supported account types",
    multitenant="Accounts in any organizational directory (Any Microsoft Entra ID - Multitenant)",
    register="Register",
    client_id="Application (client) ID",
    tenant_id="Directory (tenant) ID",
    to_clipboard="Copy to clipboard",
    topics="Event Grid System Topics",
    create="Create",
    topic_types="Topic Types",
    subscription="Subscription",
    group="Resource Group",
    resource="Resource",
    topic_page="Event Grid System Topic",
    settings="Settings",
    tools="Tools",
    providers="Resource providers",
    registered="Registered",
    re_register="Re-register",
    events="Events",
    event_subscription="Event Subscription",
    basics="Basics",
    schema="Event Schema",
    event_grid_schema="Event Grid Schema",
    topic_name="System Topic Name",
    event_types="Filter to Event Types",
    recording="Recording File Status Updated",
    received="SMS Received",
    reports="SMS Delivery Report Received",
    endpoint_type="Endpoint Type",
    web_hook="Web Hook",
    endpoint="Endpoint",
    select_endpoint="Select an endpoint",
    subscriber="Subscriber Endpoint",
    confirm="Confirm Selection",
    features="Additional Features",
    aad="Use AAD authentication",
    aad_tenant="AAD Tenant ID",
    aad_application="AAD Application ID or URI",
    failed="Webhook validation handshake failed",
    change_settings="Change the settings",
    save="Save",
    succeeded="Succeeded",
    delivered="Delivered",
)
WALKS = [
    pytest.param("pl-PL", POLISH, id="polish"),
    pytest.param("en-US", ENGLISH, id="english"),
]


class Hub:
    """Wants a token for one application, as the hub does: without one its endpoints answer 401."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver, self.application = receiver, ""
        receiver.answer = self._answer

    def endpoint(self, service: str) -> str:
        return self.receiver.url.replace("/hook", f"/hook/{service}")

    def _answer(self, received: Received) -> tuple[int, object]:
        scheme, _, token = received.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not self._is_for_us(token):
            return 401, {}
        return accept(received)

    def _is_for_us(self, token: str) -> bool:
        return jwt.decode(token, options={"verify_signature": False})["aud"] == self.application


class Walker:
    """Clicks and types what the document says. Every value that it carries along was copied with its button."""

    def __init__(self, page: Page, words: Words) -> None:
        self.page, self.words = page, words

    async def service(self, name: str) -> None:
        await self.page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        await self.title(name)

    async def title(self, text: str) -> None:
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    async def follow(self, name: str) -> None:
        await self.page.get_by_role("main").get_by_role("link", name=name, exact=True).click()

    async def menu(self, under: str, name: str) -> None:
        """An entry of the resource's menu, below its heading."""
        await self.page.get_by_role("list", name=under).get_by_role("link", name=name, exact=True).click()
        await self.title(name)

    async def press(self, name: str) -> None:
        await self.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()

    async def copied(self, name: str) -> str:
        return await copied(self.page, lambda: self.press(name))

    async def fill(self, label: str, value: str) -> None:
        await self.page.get_by_role("textbox", name=label, exact=True).fill(value)

    async def chosen(self, label: str) -> str:
        box = self.page.get_by_role("combobox", name=label, exact=True)
        return await box.evaluate("list => list.selectedOptions[0].textContent")

    async def choose(self, label: str, option: str) -> None:
        await self.page.get_by_role("combobox", name=label, exact=True).select_option(label=option)


@pytest.mark.parametrize(("locale", "words"), WALKS)
async def test_azure_side_of_the_document_is_done_by_hand(
    new_page: OpenPage, azure: LocalAzure, receiver: Callable[[], Receiver], locale: str, words: Words
) -> None:
    page = await new_page(locale=locale, permissions=["clipboard-read", "clipboard-write"])
    walker, hub = Walker(page, words), Hub(receiver())
    await page.goto(azure.portal)

    await get_the_resources_facts(walker, azure)
    tenant, hub.application = await register_the_application(walker, azure)
    await make_the_system_topic(walker, azure)
    await check_the_provider(walker)
    await subscribe(walker, azure, "nagrania", [words.recording], hub.endpoint("recording"), tenant, hub.application)
    await subscribe(walker, azure, "sms", [words.received, words.reports], hub.endpoint("sms"), tenant, hub.application)
    await an_event_arrives(walker, azure, hub)


async def get_the_resources_facts(walker: Walker, azure: LocalAzure) -> None:
    words = walker.words
    await walker.service(words.groups)
    await walker.follow(azure.resource_group)
    await walker.follow(azure.acs.resource_name)
    await walker.menu(words.settings, words.properties)
    assert await walker.copied(f"{words.copy}: {words.name}") == azure.acs.resource_name
    assert await walker.copied(f"{words.copy}: {words.resource_id}") == azure.acs.resource_id
    await walker.menu(words.tools, words.keys)
    string = f"{words.copy}: {words.primary_key}, {words.connection_string}"
    assert await walker.copied(string) == azure.acs.connection_string


async def register_the_application(walker: Walker, azure: LocalAzure) -> tuple[str, str]:
    """The tenant's id and the application's, as the clipboard has them."""
    words, page = walker.words, walker.page
    await walker.service(words.registrations)
    await walker.follow(words.new_registration)
    await walker.title(words.register_title)
    await walker.fill(words.name, "Centrala")
    kinds = page.get_by_role("group", name=words.account_types)
    await expect(kinds.get_by_role("radio")).to_have_count(4)
    await kinds.get_by_role("radio", name=words.multitenant, exact=True).check()
    await walker.press(words.register)
    await walker.title("Centrala")
    application = await walker.copied(f"{words.to_clipboard}: {words.client_id}")
    tenant = await walker.copied(f"{words.to_clipboard}: {words.tenant_id}")
    assert tenant == azure.tenant_id
    return tenant, application


async def make_the_system_topic(walker: Walker, azure: LocalAzure) -> None:
    words = walker.words
    await walker.service(words.topics)
    await walker.follow(words.create)
    await walker.choose(words.topic_types, "Azure Communication Services")
    await walker.choose(words.subscription, "Local")
    await walker.choose(words.group, azure.resource_group)
    await walker.choose(words.resource, azure.acs.resource_name)
    await walker.fill(words.name, "acs-temat")
    await walker.press(words.create)
    await walker.title("acs-temat")
    await expect(walker.page.get_by_text(words.topic_page, exact=True)).to_be_visible()


async def check_the_provider(walker: Walker) -> None:
    words, page = walker.words, walker.page
    await walker.follow(f"{words.subscription} Local")
    await walker.menu(words.settings, words.providers)
    row = page.get_by_role("row").filter(has_text="Microsoft.EventGrid")
    await expect(row).to_contain_text(words.registered)
    await row.get_by_role("radio").check()
    await walker.press(words.re_register)
    await expect(page.get_by_role("row").filter(has_text="Microsoft.EventGrid")).to_contain_text(words.registered)


async def subscribe(
    walker: Walker, azure: LocalAzure, name: str, types: list[str], endpoint: str, tenant: str, application: str
) -> None:
    """The first time with another application's id, so that the endpoint refuses the handshake."""
    words, page = walker.words, walker.page
    await walker.service(words.groups)
    await walker.follow(azure.resource_group)
    await walker.follow(azure.acs.resource_name)
    await page.get_by_role("main").get_by_role("link", name=words.events, exact=True).click()
    await walker.follow(f"+ {words.event_subscription}")
    await expect(page.get_by_role("tab", name=words.basics)).to_have_attribute("aria-selected", "true")
    await walker.fill(words.name, name)
    await walker.choose(words.schema, words.event_grid_schema)
    assert await walker.chosen(words.topic_types) == "Azure Communication Services"
    assert await walker.chosen(words.subscription) == "Local"
    assert await walker.chosen(words.group) == azure.resource_group
    assert await walker.chosen(words.resource) == azure.acs.resource_name
    assert await walker.chosen(words.topic_name) == "acs-temat"
    await choose_types(walker, types)
    await walker.choose(words.endpoint_type, words.web_hook)
    await page.get_by_role("group", name=words.endpoint).get_by_text(words.select_endpoint, exact=True).click()
    await walker.fill(words.subscriber, endpoint)
    await walker.press(words.confirm)
    await expect(page.get_by_text(endpoint, exact=True)).to_be_visible()
    await page.get_by_role("tab", name=words.features).click()
    await page.get_by_role("checkbox", name=words.aad, exact=True).check()
    await walker.fill(words.aad_tenant, tenant)
    await walker.fill(words.aad_application, azure.client_id)
    await walker.press(words.create)
    await walker.title(name)
    await expect(page.get_by_text(words.failed, exact=True)).to_be_visible()

    await walker.follow(words.change_settings)
    assert await page.locator("#endpoint-chosen").text_content() == endpoint
    await page.get_by_role("tab", name=words.features).click()
    await expect(page.get_by_role("textbox", name=words.aad_tenant, exact=True)).to_have_value(tenant)
    await walker.fill(words.aad_application, application)
    await walker.press(words.save)
    await walker.title(name)
    await expect(page.locator("#settings-live")).to_contain_text(words.succeeded)
    await expect(page.get_by_text(words.failed, exact=True)).to_have_count(0)


async def choose_types(walker: Walker, types: list[str]) -> None:
    kinds = walker.page.get_by_role("group", name=walker.words.event_types)
    await kinds.locator("summary").click()
    for one in types:
        await kinds.get_by_role("checkbox", name=one, exact=True).check()
    await expect(kinds.locator("summary")).to_contain_text(str(len(types)))
    await kinds.locator("summary").click()


async def an_event_arrives(walker: Walker, azure: LocalAzure, hub: Hub) -> None:
    """A customer's text comes to the SMS endpoint with a token, and its attempt stands on the page."""
    words, page = walker.words, walker.page
    body = {"from": "+14255550123", "to": azure.acs.phone_numbers[0], "text": "Dzień dobry"}
    azure.control.post("/_local/sms", json=body).raise_for_status()
    received = hub.receiver.next()
    assert received.types == ["Microsoft.Communication.SMSReceived"]
    assert received.path == "/hook/sms?k=secret"
    row = page.get_by_role("row").filter(has_text=words.received)
    await expect(row).to_contain_text(words.delivered)
    await expect(row.get_by_role("listitem")).to_contain_text("200")
    await row.get_by_role("link", name=words.received).click()
    await expect(page.get_by_text('"eventType": "Microsoft.Communication.SMSReceived"')).to_be_visible()
