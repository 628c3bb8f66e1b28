"""The network before connecting: the hub tries its own public address."""

import pytest
from django.conf import settings
from django.test import Client

from centrala.organization import actions as organization
from centrala.organization.models import Role
from pages.reading import read
from provisioning.scene import Scene


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The hub answers at {}."), ("pl", "Centrala odpowiada pod adresem {}.")]
)
def test_hub_that_answers_at_its_address_says_so(scene: Scene, client: Client, language: str, words: str) -> None:
    client.force_login(organization.add_user(username="adam", password="parasol i kot", role=Role.ADMINISTRATOR))

    answer = client.post("/center/phone-numbers/test-reach/", follow=True, headers={"Accept-Language": language})

    assert read(answer).one(role="status").text() == words.format(settings.PUBLIC_URL)
