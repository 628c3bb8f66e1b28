"""`centrala doctor` on a running demo, as a person and as a program."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from playwright.async_api import expect

from browser_fixtures import OpenPage
from hooks.scene import segment
from looking import LOOKS, administer, faults
from running_demo import Demo, until

pytestmark = pytest.mark.long

WISHES = {"hub-principal", "managed-identity", "dead-letter"}  # a demo's one principal, and what nobody asked for


@contextmanager
def rotated_key(demo: Demo) -> Iterator[None]:
    with demo.control() as control:
        control.post("/_local/keys", json={"key": "primary"}).raise_for_status()
    yield


def handshakes_written(demo: Demo) -> bool:
    """What endpoints see is written once a second: a demo is ready before that."""
    return demo.command("doctor", "--rule", "handshake-seen").stdout.endswith(" 0 warning, 0 not checked, 1 ok\n")


def test_doctor_finds_a_demo_in_order(demo: Demo) -> None:
    until(lambda: handshakes_written(demo))
    run = demo.command("doctor", "--json")

    assert run.returncode == 0, run.stderr
    findings = json.loads(run.stdout)
    assert {tuple(one) for one in findings} == {("id", "title", "state", "cause", "fix")}
    assert {one["id"]: one["state"] for one in findings if one["state"] in {"error", "warning"}} == dict.fromkeys(
        WISHES, "warning"
    )


def test_doctor_names_a_rotated_key_and_fixes_it(demo: Demo) -> None:
    with rotated_key(demo):
        told = demo.command("doctor", "--rule", "access-key")
        refused = demo.command("doctor", "--rule", "access-key", "--fix")
        mended = demo.command("doctor", "--rule", "access-key", "--fix", "--yes")

    assert told.returncode == 1
    assert told.stdout.splitlines()[0] == "ERROR        The stored access key is accepted (access-key)"
    assert "\033" not in told.stdout
    assert refused.returncode == 1
    assert "say --yes" in refused.stderr
    assert (mended.returncode, mended.stdout.splitlines()[-1]) == (0, "0 error, 0 warning, 0 not checked, 1 ok")


def test_doctor_refuses_what_it_does_not_know(demo: Demo) -> None:
    rule = demo.command("doctor", "--rule", "weather")
    address = demo.command("doctor", "--dataverse-url", "http://org/main.aspx")

    assert (rule.returncode, address.returncode) == (1, 1)
    assert rule.stderr.startswith("centrala: There is no rule weather. Fix: one of organization, connected, ")
    assert address.stderr == (
        "centrala: --dataverse-url http://org/main.aspx is not the address of an organisation. "
        "Fix: https://ORG.crm.dynamics.com\n"
    )


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "scheme", "width"), LOOKS)
async def test_page_of_the_doctor_fits_and_violates_no_rule_of_axe(
    demo: Demo, new_page: OpenPage, locale: str, scheme: str, width: int
) -> None:
    refuse_a_token(demo)
    page = await new_page(locale=locale, color_scheme=scheme, viewport={"width": width, "height": 900})
    await administer(page, demo)
    await page.goto(f"{demo.hub['url']}/center/doctor/")

    await expect(page.locator("#rule-last-delivery")).to_be_visible(timeout=60_000)
    await page.locator("summary").press("Enter")

    await expect(page.locator("#rule-clock")).to_be_visible()
    assert await page.locator("tbody .failed").count() >= 1
    assert await faults(page) == []


def refuse_a_token(demo: Demo) -> None:
    """Made up, for another application."""
    header, claims = {"alg": "RS256", "kid": "key"}, {"aud": "another", "tid": demo.azure["tenant_id"]}
    token = f"{segment(header)}.{segment(claims)}.c2lnbmF0dXJl"
    trust = ssl.create_default_context(cafile=demo.azure["ca_bundle"])
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(demo.hub["sms_webhook"], json=[], headers=headers, verify=trust, trust_env=False)
    assert (answer.status_code, answer.text) == (401, "wrong_audience\n")
