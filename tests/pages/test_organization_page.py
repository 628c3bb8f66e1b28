"""The organisation's page: what it shall be, and the trial's clock."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.timezone import now

from centrala.connection.models import Connection
from centrala.organization.actions import Wanted, change, set_up
from centrala.organization.models import AuditEntry, Kind, Organization
from centrala.organization.standing import standing
from hub import TENANT
from pages.reading import read

ADDRESS = "/center/organization/"
END = f"{ADDRESS}end-trial/"


def values(**changes: object) -> dict[str, object]:
    """What the form sends; a box that is not ticked is not sent."""
    usual = {"name": "Centrala", "tenant_id": str(TENANT), "kind": "production", "licensed": "on", "voice": "on"}
    sent = usual | changes
    return {name: value for name, value in sent.items() if value is not None}


def a_trial(*, left: timedelta = timedelta(days=30)) -> None:
    set_up(name="Centrala", tenant_id=TENANT, kind=Kind.TRIAL)
    Organization.objects.update(trial_ends_at=now() + left)


def test_organisation_is_set_up_on_its_page(administrator: Client) -> None:
    response = administrator.post(ADDRESS, values(terms="on"))

    assert response["Location"] == ADDRESS
    found = Organization.objects.get()
    assert (found.tenant_id, found.kind, found.licensed, found.voice) == (TENANT, "production", True, True)
    assert found.terms_accepted_by == "adam"
    page = read(administrator.get(ADDRESS))
    assert "Accepted by adam on" in page.text()
    assert AuditEntry.objects.get(act="set up organization").actor_name == "adam"


def test_what_is_not_ticked_is_taken_back(administrator: Client) -> None:
    set_up(name="Centrala", tenant_id=TENANT)

    administrator.post(ADDRESS, values(licensed=None, voice=None))

    there = standing()
    assert (there.licensed, there.voice_added, there.terms_accepted) == (False, False, False)


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "x" * 201}, "name", "at most 200 characters"),
        ({"name": "Cen\x1btrala"}, "name", "A control character"),
        ({"name": "Cen\0trala"}, "name", "Null characters"),
        ({"tenant_id": "contoso"}, "tenant_id", "This is no ID."),
        ({"tenant_id": ""}, "tenant_id", "This field is required."),
        ({"kind": "personal"}, "kind", "not one of the available choices"),
        ({"kind": "trial", "trial_days": "-1"}, "trial_days", "greater than or equal to 0"),
        ({"keep_events_days": "-1"}, "keep_events_days", "greater than or equal to 0"),
        ({"keep_events_days": "3651"}, "keep_events_days", "less than or equal to 3650"),
        ({"kind": "trial", "trial_days": "1e99"}, "trial_days", "whole number"),
    ],
)
def test_wrong_value_is_told_at_its_field_and_nothing_is_saved(
    administrator: Client, changes: dict[str, object], field: str, text: str
) -> None:
    response = administrator.post(ADDRESS, values(**changes))

    assert response.status_code == 422
    page = read(response)
    assert text in page.one("p", id=f"id_{field}_error").text()
    assert "Nothing was saved." in page.one("div", role="alert").text()
    assert not Organization.objects.exists()


def test_tenant_of_a_connected_resource_stays(administrator: Client, connection: Connection) -> None:
    set_up(name="Centrala", tenant_id=TENANT)

    page = read(administrator.post(ADDRESS, values(tenant_id=str(uuid4()), name="Inna")))

    assert page.one("p", id="id_tenant_id_error").text() == (
        "The tenant stays while “acs-centrala”, a resource of it, is connected. Fix: disconnect it first."
    )
    assert list(Organization.objects.values_list("tenant_id", "name")) == [(TENANT, "Centrala")]
    assert administrator.post(ADDRESS, values(name="Inna")).status_code == 302


@pytest.mark.parametrize(
    ("left", "english", "polish"),
    [
        (timedelta(days=12, minutes=1), "Trial: 12 days left", "Próbna: pozostało 12 dni"),
        (timedelta(hours=2, minutes=1), "Trial: 2 hours left", "Próbna: pozostały 2 godziny"),
        (timedelta(minutes=1, seconds=30), "Trial: 1 minute left", "Próbna: pozostała 1 minuta"),
    ],
)
def test_trial_is_a_clock(administrator: Client, left: timedelta, english: str, polish: str) -> None:
    a_trial(left=left)

    headings = [
        read(administrator.get(ADDRESS, headers={"Accept-Language": language})).one("h2", id="trial").text()
        for language in ("en", "pl")
    ]

    assert headings == [english, polish]


def test_trial_that_ran_out_says_so_and_has_nothing_to_end(administrator: Client) -> None:
    a_trial(left=timedelta())

    page = read(administrator.get(ADDRESS))

    assert "The trial ended on" in page.one("div", role="note").text()
    assert page.all("form", action=END) == []


@pytest.mark.parametrize(
    ("asking", "place"),
    [("", ADDRESS), ("phone-numbers", "/center/phone-numbers/"), ("//elsewhere.example", ADDRESS)],
)
def test_trial_is_ended_at_once_from_either_page(administrator: Client, asking: str, place: str) -> None:
    a_trial()

    response = administrator.post(END, {"page": asking})

    assert response["Location"] == place
    assert standing().trial_over
    assert AuditEntry.objects.get(act="end trial").actor_name == "adam"


def test_trial_that_is_over_is_not_ended_again(administrator: Client) -> None:
    a_trial(left=timedelta())

    page = read(administrator.post(END, follow=True))

    assert page.one("div", role="status").text() == "No trial is running."
    assert administrator.get(END).status_code == 405


@pytest.mark.parametrize("who", ["agent", "supervisor", "outsider"])
def test_others_see_and_change_nothing(who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    a_trial()

    answers = [client.get(ADDRESS), client.post(ADDRESS, values()), client.post(END)]

    assert [(answer.status_code, read(answer).one("h1").text()) for answer in answers] == [(404, "Page not found")] * 3
    assert standing().trial_running


def test_page_that_was_open_for_long_changes_only_what_was_changed_on_it(administrator: Client) -> None:
    set_up(name="Centrala", tenant_id=TENANT)
    change(wanted=Wanted(terms=False), actor=None)
    fields = read(administrator.get(ADDRESS)).all("input", type="hidden")
    shown = {str(one.attributes["name"]): one.attributes.get("value") or "" for one in fields}
    change(wanted=Wanted(terms=True, licensed=False, name="Biuro"), actor=None)

    administrator.post(ADDRESS, shown | values(voice=None))

    there = standing()
    assert (there.terms_accepted, there.licensed, there.voice_added) == (True, False, False)
    assert Organization.objects.get().name == "Biuro"


def test_days_that_events_are_kept_are_set_and_logged(administrator: Client) -> None:
    set_up(name="Centrala", tenant_id=TENANT)

    administrator.post(ADDRESS, values(terms="on", keep_events_days="30"))
    administrator.post(ADDRESS, values(terms="on", keep_events_days=""))  # nothing said: nothing changed

    assert Organization.objects.get().keep_events_days == 30
    entry = AuditEntry.objects.get(act="change organization")
    assert (entry.before, entry.after) == ({"keep_events_days": 90}, {"keep_events_days": 30})
