"""The demo's contract with the programs around it: what its ready file says, key by key."""

from pathlib import Path
from typing import Any
from uuid import UUID

HUB = {
    *("url", "public_url", "dataverse_url", "api_token", "admin", "agent", "supervisor"),
    *("sms_webhook", "recording_webhook", "incoming_call_webhook", "connected"),
}
AZURE = {
    *("url", "portal", "ca_bundle", "tenant_id", "subscription_id", "resource_group", "client_id", "client_secret"),
    *("event_grid_app_id", "people"),
}
ACS = {"resource_name", "resource_id", "connection_string", "phone_numbers"}
EVENT_GRID = "4962773b-9cdb-44cf-a8bf-237846a00ab7"  # its own application, the same in every tenant
WEBHOOKS = ("sms_webhook", "recording_webhook", "incoming_call_webhook")


def assert_keeps_contract(facts: dict[str, Any], *, connected: bool) -> None:
    hub, azure, acs = facts["hub"], facts["azure"], facts["acs"]
    assert (set(facts), set(hub), set(acs)) == ({"hub", "azure", "acs"}, HUB, ACS)
    assert AZURE - set(azure) == set()  # the local cloud may say more than the contract asks for
    _assert_hub(hub, connected=connected)
    _assert_azure(azure, connected=connected)
    group = f"/subscriptions/{azure['subscription_id']}/resourceGroups/{azure['resource_group']}/"
    assert acs["resource_id"].startswith(group)
    assert acs["resource_id"].endswith(f"/{acs['resource_name']}")
    assert acs["connection_string"].startswith(f"endpoint={azure['url']}/;accesskey=")
    assert acs["phone_numbers"] != []
    assert [number for number in acs["phone_numbers"] if not (number[0] == "+" and number[1:].isdecimal())] == []


def _assert_hub(hub: dict[str, Any], *, connected: bool) -> None:
    assert hub["url"].startswith("http://localhost:")
    assert hub["public_url"].startswith("https://localhost:")
    assert hub["dataverse_url"].startswith("https://localhost:")
    assert hub["api_token"].startswith("centrala_")
    assert [set(hub[who]) for who in ("admin", "agent", "supervisor")] == [{"username", "password"}] * 3
    assert hub["connected"] is connected
    webhooks = [hub[name] for name in WEBHOOKS]
    if connected:
        assert [url.startswith(f"{hub['public_url']}/hooks/") for url in webhooks] == [True] * 3
        assert len(set(webhooks)) == 3
    else:
        assert webhooks == [None] * 3


def _assert_azure(azure: dict[str, Any], *, connected: bool) -> None:
    assert azure["url"].startswith("https://localhost:")
    assert azure["portal"].startswith("http://localhost:")
    assert "-----BEGIN CERTIFICATE-----" in Path(azure["ca_bundle"]).read_text()
    for name in ("tenant_id", "subscription_id", "client_id"):
        assert str(UUID(azure[name])) == azure[name]
    assert azure["people"]["adam"].keys() >= {"username", "password"}
    application = azure["event_grid_app_id"]
    if connected:
        assert str(UUID(application)) == application
        assert application != EVENT_GRID  # the customer's registration, never Event Grid's own
    else:
        assert application is None
