"""Signing in to Azure as a person does: the code from our page, entered on the cloud's."""

import ssl
from datetime import datetime, timedelta

import httpx
from azure.core.credentials import TokenCredential
from django.test import Client, RequestFactory
from django.utils.timezone import now

from centrala.connection.sign_in import azure_credential_of
from centrala.organization.models import User
from localazure.pytest_plugin import LocalAzure
from pages.reading import read

ATTEMPTS = 6  # the page asks again, too: on a busy machine a question may run into its time-out
PAGE, BEGIN, END = "/center/azure/", "/center/azure/begin/", "/center/azure/end/"


class Clock:
    """A clock that stands until it is moved, the cloud's with it."""

    def __init__(self, cloud: LocalAzure) -> None:
        self.cloud = cloud
        self.at = now()

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.cloud.control.post("/_local/clock", json={"advance_seconds": seconds}).raise_for_status()


def begin(client: Client, *, leads_to: str = "") -> str:
    """The code that the page shows."""
    page = read(client.post(BEGIN, {"next": leads_to}, follow=True))
    return page.one("code", id="user-code").text()


def enter(cloud: LocalAzure, code: str, name: str, **fields: str) -> str:
    """What Azure's own page says after the person has typed the code, the name and the password there."""
    person = cloud.people[name]
    form = {"code": code, "username": person.username, "password": person.password} | fields
    trust = ssl.create_default_context(cafile=cloud.ca_bundle)
    with httpx.Client(base_url=cloud.url, verify=trust, trust_env=False) as browser:
        return browser.post("/devicelogin", data=form).raise_for_status().text


def sign_in(client: Client, clock: Clock, name: str = "adam") -> None:
    """From the button to "You are signed in"."""
    enter(clock.cloud, begin(client), name)
    for _ in range(ATTEMPTS):
        clock.advance(5)
        if (answer := client.get(PAGE)).status_code == 302:
            break
    assert answer.status_code == 302, read(answer).text()
    assert answer["Location"] == PAGE
    client.get(PAGE)  # which says so, once


def credential_of(client: Client, username: str = "adam") -> TokenCredential | None:
    """What a page of this browser's session gets."""
    request = RequestFactory().get("/")
    request.session = client.session
    request.user = User.objects.get(username=username)
    return azure_credential_of(request)


def register_application(client: Client, cloud: LocalAzure, name: str, **properties: str) -> str:
    """As the signed-in person, who owns it then. Answers its client id."""
    credential = credential_of(client)
    assert credential is not None
    token = credential.get_token(f"{cloud.url}/.default").token
    with httpx.Client(verify=ssl.create_default_context(cafile=cloud.ca_bundle), trust_env=False) as browser:
        made = browser.post(
            f"{cloud.url}/v1.0/applications",
            json={"displayName": name, "signInAudience": "AzureADMultipleOrgs"} | properties,
            headers={"Authorization": f"Bearer {token}"},
        )
    return str(made.raise_for_status().json()["appId"])
