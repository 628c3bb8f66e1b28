"""Outbound profiles in the admin center: nothing can be dialled until somebody says by whom and where to."""

import pytest
from django.test import Client

from centrala.connection.models import Connection
from centrala.dialling.access import usable_by
from centrala.dialling.models import Profile
from centrala.numbers.models import PhoneNumber
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, Role, User
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, Queue, QueueKind, Workstream
from pages.reading import Element, read
from pages.scene import PASSWORD

ADD = "/center/outbound-profiles/add/"


@pytest.fixture
def voice(connection: Connection) -> Workstream:
    number = PhoneNumber.objects.get()
    number.makes_calls = number.receives_calls = True
    number.save()
    return workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=[number])


@pytest.fixture
def told(voice: Workstream) -> dict[str, object]:
    return {
        "label": "Sales",
        "number": PhoneNumber.objects.get().pk,
        "workstream": voice.pk,
        "countries": ["US", "PL"],
        "most_calls": 50,
        "most_minutes": 90,
        "longest_minutes": 20,
    }


def errors(page: Element) -> list[str]:
    return [error.text() for error in page.all("p", class_="error")]


def test_profile_is_added_changed_and_deleted(administrator: Client, ala: User, told: dict[str, object]) -> None:
    answer = administrator.post(ADD, told | {"people": [ala.pk]})

    assert answer["Location"] == "/center/outbound-profiles/"
    profile = Profile.objects.get()
    assert (profile.label, profile.countries, profile.most_calls, profile.most_minutes, profile.longest_minutes) == (
        "Sales",
        ["PL", "US"],
        50,
        90,
        20,
    )
    assert list(profile.people.all()) == [ala]
    administrator.post(f"/center/outbound-profiles/{profile.pk}/", told | {"label": "Service", "countries": []})
    profile.refresh_from_db()
    assert (profile.label, profile.countries, profile.people.count()) == ("Service", [], 0)
    administrator.post(f"/center/outbound-profiles/{profile.pk}/delete/")
    assert not Profile.objects.exists()
    acts = AuditEntry.objects.filter(act__endswith="outbound profile").order_by("at").values_list("act", flat=True)
    assert list(acts) == ["add outbound profile", "change outbound profile", "delete outbound profile"]


def test_new_profile_leads_nowhere_and_is_nobodys(administrator: Client, told: dict[str, object], ala: User) -> None:
    administrator.post(ADD, told | {"countries": []})

    assert Profile.objects.get().countries == []
    assert not usable_by(ala).exists()
    page = read(administrator.get("/center/outbound-profiles/"))
    assert "None: nothing can be dialled" in page.text()
    assert "Nobody" in page.text()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", ""),
        ("label", "a\u0000b"),
        ("number", ""),
        ("workstream", ""),
        ("countries", ["XX"]),
        ("people", [999]),
        ("most_calls", "0"),
        ("most_calls", "99999999"),
        ("most_minutes", "-3"),
        ("longest_minutes", "121"),
        ("longest_minutes", "long"),
    ],
)
def test_wrong_profile_is_refused_at_its_field(
    administrator: Client, told: dict[str, object], field: str, value: object
) -> None:
    answer = administrator.post(ADD, told | {field: value})

    assert answer.status_code == 422
    assert len(errors(read(answer))) == 1
    assert not Profile.objects.exists()


def test_number_that_makes_no_calls_is_no_choice(administrator: Client, told: dict[str, object]) -> None:
    PhoneNumber.objects.update(makes_calls=False)

    answer = administrator.post(ADD, told)

    assert (answer.status_code, Profile.objects.count()) == (422, 0)


def test_countries_are_named_in_the_readers_language(administrator: Client, voice: Workstream) -> None:
    page = administrator.get(ADD, HTTP_ACCEPT_LANGUAGE="pl").content.decode()

    assert "Niemcy" in page
    assert "Germany" not in page


def test_countries_that_are_allowed_stand_first(administrator: Client, told: dict[str, object]) -> None:
    administrator.post(ADD, told)

    page = read(administrator.get(f"/center/outbound-profiles/{Profile.objects.get().pk}/"))

    boxes = page.all("input", name="countries")
    assert [box.attributes["value"] for box in boxes[:2]] == ["PL", "US"]
    assert ["checked" in box.attributes for box in boxes[:3]] == [True, True, False]


def test_calling_out_is_a_next_step_until_a_country_is_allowed(administrator: Client, told: dict[str, object]) -> None:
    done = []
    for countries in ([], ["PL"]):
        administrator.post(ADD, told | {"label": f"To {countries}", "countries": countries})
        steps = read(administrator.get("/center/phone-numbers/advanced/")).one("section", aria_labelledby="next")
        done.append([step.one("strong").text() for step in steps.all("li", class_="yes")])

    assert ["Outbound calls" in one for one in done] == [False, True]


def test_list_without_a_profile_says_what_it_means(administrator: Client, voice: Workstream) -> None:
    page = read(administrator.get("/center/outbound-profiles/"))

    assert page.all("table") == []
    assert page.one("div", class_="empty").text() == "No outbound profile yet Until there is one, nobody can dial."


def test_members_of_a_queue_may_use_it(administrator: Client, ala: User, told: dict[str, object]) -> None:
    queue = Queue.objects.create(name="Callers", kind=QueueKind.VOICE)
    administrator.post(ADD, told | {"queues": [queue.pk]})
    other = organization.add_user(username="ola", password=PASSWORD, role=Role.AGENT)

    queue.members.add(ala)

    assert [one.label for one in usable_by(ala)] == ["Sales"]
    assert not usable_by(other).exists()


def test_workstream_of_a_profile_stays(administrator: Client, told: dict[str, object], voice: Workstream) -> None:
    administrator.post(ADD, told)

    administrator.post(f"/center/workstreams/{voice.pk}/delete/")

    assert Workstream.objects.filter(pk=voice.pk).exists()


def test_profiles_are_the_administrators(agent: Client, supervisor: Client, outsider: Client) -> None:
    seen = {client.get("/center/outbound-profiles/").status_code for client in (agent, supervisor, outsider)}

    assert seen <= {302, 403, 404}
