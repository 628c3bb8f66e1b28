"""The page that describes the API, under the same Content-Security-Policy as every other page."""

import pytest
from django.test import Client
from playwright.async_api import expect
from pytest_django.live_server_helper import LiveServer

from browser_fixtures import OpenPage


def test_page_needs_no_exception_from_the_policy(client: Client, db: None) -> None:
    answer = client.get("/api/v1/docs")

    assert answer.status_code == 200
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.browser
async def test_page_shows_every_operation(live_server: LiveServer, new_page: OpenPage) -> None:
    page = await new_page()

    await page.goto(f"{live_server.url}/api/v1/docs")

    await expect(page.locator(".opblock")).to_have_count(24)  # and new_page fails for whatever the policy blocked
