"""A carrier of one's own in the portal: what is set up, how it is, and what its border controllers are to do."""

import pytest
from azure.communication.phonenumbers.siprouting import SipRoutingClient, SipTrunk, SipTrunkRoute

FIRST, SECOND = "sbc1.contoso.example", "sbc2.contoso.example"


@pytest.fixture
def carrier(azure):
    azure.control.post("/_local/sip/domains", json={"domain": "contoso.example"}).raise_for_status()
    with SipRoutingClient.from_connection_string(
        azure.acs.connection_string, connection_verify=azure.ca_bundle
    ) as client:
        client.set_trunks([SipTrunk(fqdn=name, sip_signaling_port=5061) for name in (FIRST, SECOND)])
        client.set_routes([SipTrunkRoute(name="West", number_pattern=r"^\+1425\d{7}$", trunks=[SECOND])])


def trunks(azure):
    items = azure.control.get("/_local/sip/trunks").json()["items"]
    return [(one["overall"], one["answers"], one["seconds"]) for one in items]


def test_page_is_empty_at_first_and_led_to_by_the_menu(portal):
    page = portal.get(portal.at("/direct-routing"))

    assert f'href="{portal.at("/direct-routing")}"' in portal.get(portal.at()).html
    assert "There is none yet." in page.text
    assert "Verified domains: none" in page.text
    assert "calls out go through Microsoft's network" in page.text


def test_page_shows_border_controllers_with_their_status_and_routes(azure, portal, carrier):
    azure.control.post("/_local/sip/trunks", json={"trunk": FIRST, "ping": "expired"}).raise_for_status()

    page = portal.get(portal.at("/direct-routing"))

    assert f"{FIRST} 5061 Active Expired Inactive no recent SIP OPTIONS passed over" in page.text
    assert f"{SECOND} 5061 Active Active Online put through" in page.text
    assert rf"1 West ^\+1425\d{{7}}$ {SECOND}" in page.text


def test_border_controller_is_ordered_and_put_in_good_order(azure, portal, carrier):
    fields = {"trunk": SECOND, "tls": "certExpiring", "ping": "ok", "recent_calls": "true", "answers": "503"}

    ordered = portal.post(portal.at("/direct-routing"), **fields, seconds="2.5")

    assert trunks(azure) == [("active", None, 0), ("active", 503, 2.5)]
    assert "The border controller does so from now on." in ordered.text
    assert "Certificate expires soon Active Online refused with 503 after 2.5 s" in ordered.text
    cleared = portal.post(portal.at("/direct-routing"), do="clear", trunk=SECOND)
    assert trunks(azure) == [("active", None, 0), ("active", None, 0)]
    assert "in good order" in cleared.text


@pytest.mark.parametrize(
    "fields",
    [{"trunk": "sbc9.contoso.example"}, {"trunk": FIRST, "answers": "200"}, {"trunk": FIRST, "tls": "fine"}, {}],
)
def test_order_that_cannot_be_is_refused_on_the_page(azure, portal, carrier, fields):
    page = portal.post(portal.at("/direct-routing"), **fields)

    assert (page.status in {400, 404}, page.refusal != "") == (True, True)
    assert trunks(azure) == [("active", None, 0), ("active", None, 0)]


def test_page_speaks_polish(portal, carrier):
    portal.speak("pl")

    assert "Kontrolery SBC" in portal.get(portal.at("/direct-routing")).text
