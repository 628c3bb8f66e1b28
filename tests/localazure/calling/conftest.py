"""An application that takes calls by Microsoft's own client, and a telephone outside that makes them."""

from collections.abc import Iterator

import pytest
from azure.communication.callautomation import CallAutomationClient, CommunicationUserIdentifier, PhoneNumberIdentifier
from contract import sdk

from localazure.pytest_plugin import LocalAzure
from localazure_tests.acs import CUSTOMER
from localazure_tests.listener import Listener
from localazure_tests.receiver import Receiver

PREFIX = "Microsoft.Communication."
AI = "https://speech.cognitiveservices.azure.com/"
MODELS = "azure.communication.callautomation._generated"


@pytest.fixture(scope="session")
def automation(local_azure: LocalAzure) -> Iterator[CallAutomationClient]:
    with CallAutomationClient.from_connection_string(
        local_azure.acs.connection_string, connection_verify=local_azure.ca_bundle
    ) as client:
        yield client


def identified(name: str) -> PhoneNumberIdentifier | CommunicationUserIdentifier:
    return PhoneNumberIdentifier(name) if name.startswith("+") else CommunicationUserIdentifier(name)


class Application:
    """Where Event Grid tells of calls (`hook`), and where Call Automation tells of them (`callbacks`)."""

    def __init__(self, azure: LocalAzure, client: CallAutomationClient, hook: Receiver, callbacks: Receiver) -> None:
        self._azure, self.client, self.hook, self.callbacks = azure, client, hook, callbacks

    def rings(self) -> dict:
        """What the next IncomingCall says."""
        [event] = self.hook.next().events
        assert event["eventType"] == f"{PREFIX}IncomingCall"
        return event["data"]

    def answers(self, data: dict | None = None, **options):
        """Its hold on the call, of which it has been told that it is connected and who is in it."""
        data = data or self.rings()
        context = data["incomingCallContext"]
        answered = self.client.answer_call(context, self.callbacks.url, **options)
        assert self.told() == ["CallConnected", "ParticipantsUpdated"]
        return self.client.get_call_connection(answered.call_connection_id)

    def creates(self, *targets, number: int = 0, **options):
        """Its hold on a call out, which is connecting."""
        made = self.client.create_call(
            [identified(one) for one in targets],
            self.callbacks.url,
            source_caller_id_number=PhoneNumberIdentifier(self._azure.acs.phone_numbers[number]),
            **options,
        )
        return self.client.get_call_connection(made.call_connection_id)

    def hears(self, kind: str) -> dict:
        """The data of the next event, which must be of that kind."""
        heard, data = self._next()
        assert heard == kind
        return data

    def told(self, number: int = 2) -> list[str]:
        """The kinds of the next events, in the order in which they come."""
        return [self._next()[0] for _ in range(number)]

    def _next(self) -> tuple[str, dict]:
        """Held against Microsoft's model of the event."""
        [event] = self.callbacks.next().events
        kind = event["type"].removeprefix(PREFIX)
        assert sdk.lost(sdk.Model(MODELS, kind, ()), event["data"]) == set(), event
        assert event["subject"] == event["source"] == f"calling/callConnections/{event['data']['callConnectionId']}"
        return kind, event["data"]


@pytest.fixture
def application(azure, automation, webhooks, receiver) -> Application:
    hook = receiver()
    webhooks.put("calls", hook.url, filter={"includedEventTypes": [f"{PREFIX}IncomingCall"]}).result()
    return Application(azure, automation, hook, receiver())


class Outside:
    """Telephones outside, by the control API."""

    def __init__(self, azure: LocalAzure) -> None:
        self._azure, self._control = azure, azure.control

    def calls(self, *script: dict, **body) -> str:
        """The call's id."""
        whole = {"from": CUSTOMER, "to": self._azure.acs.phone_numbers[0], "script": script} | body
        return self._control.post("/_local/calls", json=whole).raise_for_status().json()["id"]

    def does(self, call: str, *script: dict, party: str | None = None) -> None:
        body = {"script": script, "party": party}
        self._control.post(f"/_local/calls/{call}/steps", json=body).raise_for_status()

    def hangs_up(self, call: str, **query: str) -> dict:
        return self._control.delete(f"/_local/calls/{call}", params=query).raise_for_status().json()

    def sees(self, call: str) -> dict:
        return self._control.get(f"/_local/calls/{call}").raise_for_status().json()

    def hears(self, call: str, **query: str) -> dict:
        return self._control.get(f"/_local/calls/{call}/heard", params=query).raise_for_status().json()

    def picks_up(self, what: str = "answer", party: str | None = None) -> None:
        """The telephone that rings in the newest call."""
        call = self.last()["id"]
        body = {"what": what, "party": party}
        self._control.post(f"/_local/calls/{call}/pick-up", json=body).raise_for_status()

    def last(self) -> dict:
        return self._control.get("/_local/calls").json()["items"][-1]

    def telephone(self, number: str, when_called: str = "answer", *script: dict, **body) -> None:
        whole = {"number": number, "when_called": when_called, "script": script} | body
        self._control.post("/_local/telephones", json=whole).raise_for_status()


@pytest.fixture
def outside(azure: LocalAzure) -> Outside:
    return Outside(azure)


@pytest.fixture
def listener(certificate) -> Iterator[Listener]:
    """Where an application has the sound of a call sent, and its words."""
    with Listener(*certificate) as listener:
        yield listener


@pytest.fixture
def ai(azure: LocalAzure) -> str:
    """The address of an AI resource that is linked."""
    azure.control.post("/_local/calls/ai", json={"endpoint": AI}).raise_for_status()
    return AI
