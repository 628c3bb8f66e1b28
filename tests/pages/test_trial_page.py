"""The trial on the page Phone numbers: what is left, its numbers, a second one, its end."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries, Settings

from centrala.azure.number_market import Features, Market
from centrala.calls.models import CallEnd
from centrala.connection.models import Connection
from centrala.numbers.models import NumberType, PhoneNumber
from centrala.organization.actions import add_user
from centrala.organization.models import AuditEntry, Organization, Role
from centrala.trial import actions
from centrala.trial.models import Ending, Trial
from hub import OURS
from localazure.pytest_plugin import LocalAzure
from pages.reading import Element, read
from trials.scene import lent, ring, trial_organization

PAGE = "/center/phone-numbers/"
SECOND, END = f"{PAGE}trial/", "/center/organization/end-trial/"
FEATURES, RELEASE = "features/", "release/"
pytestmark = pytest.mark.django_db


def buttons(page: Element) -> list[str]:
    return [one.text() for one in page.all() if one.tag in {"a", "button", "summary"}]


def test_page_says_how_much_is_left_until_when_and_which_numbers(administrator: Client) -> None:
    trial = lent()
    Trial.objects.update(used=1090)
    ring("+48600100200")

    page = read(administrator.get(PAGE))

    assert page.one("h2", id="trial").text() == "Trial: 42 of 60 minutes left"
    [row] = page.one("tbody").all("tr")
    assert "".join(row.text().split()) == "+1833-555-0100Toll-freeMakeandreceivecallsVoiceConnected"
    [declined] = page.one("ul", class_="plain-list").all("li")
    assert declined.text().startswith("+48 600 100 200")
    assert declined.text().endswith("a trial's toll-free number is called from the United States only.")
    assert "End trial now" in buttons(page)
    for other in ("Add number", "Sync", "Sync from Azure", "Advanced", "Get started"):
        assert other not in buttons(page)
    assert trial.connection.resource_name not in page.text()


def test_trial_to_which_nothing_is_lent_says_how_that_is_done(administrator: Client) -> None:
    trial_organization()

    page = read(administrator.get(PAGE))

    assert "centrala trial start" in page.text()
    assert "Get started" not in buttons(page)


def test_ended_trial_makes_room_for_get_started(administrator: Client) -> None:
    lent()

    answer = administrator.post(END, {"page": "phone-numbers"})

    assert answer["Location"] == PAGE
    page = read(administrator.get(PAGE))
    assert "Get started" in buttons(page)
    assert "Ended by an administrator" in page.text()
    assert "833" not in page.text()
    assert Trial.objects.get().ending == Ending.BY_HAND


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
def test_only_administrators_manage_numbers(client: Client, administrator: Client, role: str) -> None:
    lent()
    number = PhoneNumber.objects.get()
    client.force_login(add_user(username="somebody", password="parasol i kot", role=role))
    entries = AuditEntry.objects.count()

    asked = [client.get(PAGE), client.get(f"{PAGE}{number.pk}/"), client.get(f"{PAGE}add/")]
    asked += [client.post(f"{PAGE}{number.pk}/{act}") for act in (FEATURES, RELEASE)]
    asked += [client.post(one) for one in (SECOND, END, f"{PAGE}sync/", f"{PAGE}add/")]

    assert {answer.status_code for answer in asked} == {404}
    assert Trial.objects.get().ended_at is None
    assert AuditEntry.objects.count() == entries
    assert administrator.get(PAGE).status_code == 200


def test_lent_number_is_neither_upgraded_released_nor_fetched(administrator: Client) -> None:
    lent()
    at = f"{PAGE}{PhoneNumber.objects.get().pk}/"

    page = read(administrator.get(at))
    released = administrator.post(f"{at}{RELEASE}", follow=True)

    assert "This number cannot be upgraded" in page.text()
    assert not {"Add features", "Release number", "Advanced"} & set(buttons(page))
    assert "cannot be upgraded" in released.content.decode()
    assert administrator.get(f"{PAGE}add/").status_code == 404
    assert administrator.post(f"{PAGE}sync/").status_code == 404


@pytest.fixture
def real(cloud: LocalAzure, settings: Settings) -> Trial:
    """The lender is the local cloud's resource, which has a geographic number besides."""
    trial = lent(cloud.acs.connection_string)
    market = Market(connection=trial.connection.connection_string, cloud=settings.CLOUD)
    found = market.search(
        country="US", type_="geographic", features=Features(receives_calls=True, makes_calls=True), area_code="425"
    )
    assert found is not None
    market.purchase(found.search_id, no_resale=False)
    return trial


def test_second_number_may_be_geographic(administrator: Client, real: Trial) -> None:
    answer = administrator.post(SECOND, {"kind": "geographic"}, follow=True)

    second = PhoneNumber.objects.exclude(number=OURS).get()
    assert second.type == NumberType.GEOGRAPHIC
    page = read(answer)
    assert len(page.one("tbody").all("tr")) == 2
    assert "is yours for the trial" in page.text()
    assert "Add a second number" not in buttons(page)
    assert "two numbers at most" in administrator.post(SECOND, {"kind": "toll_free"}, follow=True).content.decode()
    assert PhoneNumber.objects.count() == 2


@pytest.mark.parametrize("kind", ["", "mobile", "nonsense"])
def test_other_types_are_not_lent(administrator: Client, kind: str) -> None:
    lent()

    assert administrator.post(SECOND, {"kind": kind})["Location"] == PAGE

    assert PhoneNumber.objects.count() == 1


def test_lender_whose_azure_does_not_answer_is_told(administrator: Client) -> None:
    lent()

    page = read(administrator.post(SECOND, {"kind": "geographic"}, follow=True))

    assert "Azure could not be asked" in page.text()
    assert PhoneNumber.objects.count() == 1


def test_trial_that_is_used_up_is_told_so(administrator: Client) -> None:
    lent()
    actions.end(actor=None, why=Ending.USED_UP)

    page = read(administrator.get(PAGE))

    assert "All minutes were used" in page.text()
    assert "Get started" in buttons(page)
    assert not Connection.objects.filter(disconnected_at=None).exists()


def test_page_in_polish(administrator: Client) -> None:
    lent()
    Trial.objects.update(used=1090)

    page = read(administrator.get(PAGE, headers={"accept-language": "pl"}))

    assert page.one("h2", id="trial").text() == "Wersja próbna: zostały 42 z 60 minut"


def test_queries_of_the_page_are_counted(
    administrator: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    trial = lent()
    administrator.get(PAGE)

    with django_assert_num_queries(10):
        administrator.get(PAGE)
    PhoneNumber.objects.create(connection=trial.connection, number="+14255550199", type=NumberType.GEOGRAPHIC)
    with django_assert_num_queries(10):
        administrator.get(PAGE)


def test_expired_trial_shows_no_number_even_before_anybody_has_looked_at_the_clock(administrator: Client) -> None:
    lent()
    Organization.objects.update(trial_ends_at=now() - timedelta(seconds=1))

    page = read(administrator.get(PAGE))

    assert "Get started" in buttons(page)
    assert ring("+14255550123").ending == CallEnd.TRIAL_OVER
