"""Accounts as `centrala user` and the demo make them."""

import pytest

from centrala.errors import Refused
from centrala.organization.actions import add_user
from centrala.organization.models import Role, User

pytestmark = pytest.mark.django_db

PASSWORD = "parasol i kot"


def test_account_that_exists_is_brought_to_what_is_given() -> None:
    add_user(username="ala", password="dawne hasło", role=Role.AGENT, first_name="Alicja", language="en")

    add_user(username="ala", password=PASSWORD, role=Role.SUPERVISOR, first_name="Ala", language="pl")

    ala = User.objects.get()
    assert (ala.role, ala.first_name, ala.language) == (Role.SUPERVISOR, "Ala", "pl")
    assert ala.check_password(PASSWORD)


def test_account_that_exists_keeps_what_is_not_given() -> None:
    add_user(username="ala", password=PASSWORD, role=Role.AGENT, first_name="Ala", language="pl")

    add_user(username="ala", password=PASSWORD, role=Role.AGENT)

    ala = User.objects.get()
    assert (ala.first_name, ala.language) == ("Ala", "pl")


@pytest.mark.parametrize("username", ["", "ala kowalska", "a" * 151, "ala\0"])
def test_name_that_nobody_could_sign_in_with_is_refused(username: str) -> None:
    with pytest.raises(Refused) as refused:
        add_user(username=username, password=PASSWORD, role=Role.AGENT)

    assert refused.value.field == "username"
    assert not User.objects.exists()
