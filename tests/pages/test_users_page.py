"""The users' pages: invite, change, disable, sign out, unlock; and who may not."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from centrala.center import users
from centrala.organization import people
from centrala.organization.models import AuditEntry, Link, Role, Session, User
from pages.conftest import signed_in
from pages.reading import Element, read
from pages.scene import PASSWORD
from pages.test_center import table

ADDRESS = "/center/users/"
INVITE = f"{ADDRESS}invite/"


def at(user: User, act: str = "") -> str:
    return f"{ADDRESS}{user.pk}/{f'{act}/' if act else ''}"


def named(page: Element) -> list[str]:
    return [row[0] for row in table(page)] if page.all("tbody") else []


def new(**changes: str) -> dict[str, str]:
    return {"username": "celina", "first_name": "Celina", "email": "", "role": "agent", "language": "pl"} | changes


def link_in(page: Element) -> str:
    return page.one("code", id="link").text().removeprefix("http://testserver")


def test_invited_person_gets_in_by_the_link_that_is_shown_once(administrator: Client) -> None:
    shown = administrator.post(INVITE, new())

    link = link_in(read(shown))
    assert "no-store" in shown["Cache-Control"]
    assert table(read(administrator.get(ADDRESS)))[0][:4] == ["celina", "Celina", "Agent", "Invited"]
    assert link.rpartition("/")[2] not in administrator.get(f"{ADDRESS}{User.objects.get(username='celina').pk}/").text
    celina = Client()
    celina.post(link, {"password": PASSWORD, "again": PASSWORD})
    assert read(celina.get("/desk/")).one("html").attributes["lang"] == "pl"
    assert table(read(administrator.get(ADDRESS)))[0][3] == "Active"
    assert AuditEntry.objects.get(act="invite user").actor_name == "adam"
    assert AuditEntry.objects.get(act="accept invitation").actor_name == "celina"


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"username": ""}, "username", "This field is required."),
        ({"username": "ADAM"}, "username", "There is a user “ADAM” already."),
        ({"username": "a b"}, "username", "Enter a valid username."),
        ({"username": "c" * 151}, "username", "at most 150 characters"),
        ({"username": "celina\0"}, "username", "Null characters"),
        ({"first_name": "Ce\u202elina"}, "first_name", "A control character"),
        ({"email": "celina@"}, "email", "valid email"),
        ({"role": ""}, "role", "This field is required."),
        ({"role": "owner"}, "role", "not one of the available choices"),
        ({"language": "de"}, "language", "not one of the available choices"),
    ],
)
def test_wrong_invitation_is_told_at_its_field(
    administrator: Client, changes: dict[str, str], field: str, text: str
) -> None:
    response = administrator.post(INVITE, new(**changes))

    assert response.status_code == 422
    assert text in read(response).one("p", id=f"id_{field}_error").text()
    assert (User.objects.count(), Link.objects.count()) == (1, 0)


def test_person_is_changed(administrator: Client, ala: User) -> None:
    values = {"first_name": "Alicja", "email": "ala@example.org", "role": "supervisor", "language": "pl"}

    assert administrator.post(at(ala), values)["Location"] == at(ala)

    ala.refresh_from_db()
    assert (ala.first_name, ala.email, ala.role, ala.language) == ("Alicja", "ala@example.org", "supervisor", "pl")
    assert AuditEntry.objects.get(act="change user").before["role"] == "agent"


def test_person_is_disabled_and_enabled(administrator: Client, ala: User) -> None:
    client = signed_in(ala)

    page = read(administrator.post(at(ala, "disable"), follow=True))

    assert page.one("div", role="status").text() == "“ala” is disabled and signed out everywhere."
    assert client.get("/desk/").status_code == 302
    assert table(read(administrator.get(f"{ADDRESS}?search=ala")))[0][3] == "Disabled"
    administrator.post(at(ala, "enable"))
    ala.refresh_from_db()
    assert ala.is_active


def test_sessions_are_ended(administrator: Client, ala: User) -> None:
    clients = [signed_in(ala), signed_in(ala)]
    assert table(read(administrator.get(f"{ADDRESS}?search=ala")))[0][5] == "2"

    page = read(administrator.post(at(ala, "end-sessions"), follow=True))

    assert page.one("div", role="status").text() == "2 sessions ended."
    assert [client.get("/desk/").status_code for client in clients] == [302, 302]
    assert not Session.objects.filter(user=ala).exists()


def test_new_password_comes_by_a_link(administrator: Client, ala: User) -> None:
    link = link_in(read(administrator.post(at(ala, "link"))))

    Client().post(link, {"password": "zupełnie inne", "again": "zupełnie inne"})

    ala.refresh_from_db()
    assert ala.check_password("zupełnie inne")


def test_last_administrator_stays(administrator: Client) -> None:
    adam = User.objects.get(username="adam")

    page = read(administrator.post(at(adam, "disable"), follow=True))
    answer = administrator.post(at(adam), {"first_name": "", "email": "", "role": "agent", "language": ""})

    words = "“adam” is the last administrator. Fix: make somebody else an administrator first."
    assert page.one("div", role="status").text() == words
    assert (answer.status_code, read(answer).one("p", id="id_role_error").text()) == (422, words)
    adam.refresh_from_db()
    assert adam.is_administrator


def test_administrator_beside_another_may_go(administrator: Client) -> None:
    beata = people.add_user(username="beata", password=PASSWORD, role=Role.ADMINISTRATOR)

    administrator.post(at(User.objects.get(username="adam"), "disable"))

    assert administrator.get(ADDRESS)["Location"].startswith("/sign-in")
    assert signed_in(beata).get(ADDRESS).status_code == 200


def test_failures_lock_out_are_shown_and_unlocked(administrator: Client, ala: User) -> None:
    stranger = Client()
    for _ in range(5):
        stranger.post("/sign-in", {"username": "ALA", "password": "zgaduję"})

    assert table(read(administrator.get(f"{ADDRESS}?search=ala")))[0][3] == "Locked out"
    assert stranger.post("/sign-in", {"username": "ala", "password": PASSWORD}).status_code == 429
    page = read(administrator.post(at(ala, "unlock"), follow=True))

    assert page.one("div", role="status").text() == "“ala” may try to sign in again."
    assert stranger.post("/sign-in", {"username": "ala", "password": PASSWORD})["Location"] == "/"
    assert list(AuditEntry.objects.values_list("act", flat=True)[:2]) == ["unlock user", "lock out"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("AL", ["ala"]),
        ("celina@", ["celina"]),
        ("%", []),
        ("a\0", ["adam", "ala", "celina"]),
        ("x" * 151, ["adam", "ala", "celina"]),
    ],
)
def test_search_finds(administrator: Client, ala: User, search: str, found: list[str]) -> None:
    people.invite(username="celina", role=Role.AGENT, email="celina@example.org", actor=None)

    names = named(read(administrator.get(ADDRESS, {"search": search})))

    assert sorted(names) == found


@pytest.mark.parametrize("count", [1, 3])
def test_users_take_five_queries_however_many(
    administrator: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        signed_in(people.add_user(username=f"ala{number}", password=PASSWORD, role=Role.AGENT))

    with django_assert_num_queries(5):  # session, person, users, their sessions, their failures
        page = read(administrator.get(ADDRESS))

    assert len(named(page)) == count + 1


def test_more_users_go_on_where_the_page_ended(administrator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users.read_users, "__kwdefaults__", {"limit": 2})
    for number in range(5):
        people.invite(username=f"ala{number}", role=Role.AGENT, actor=None)
    User.objects.update(date_joined=now() - timedelta(days=1))

    shown: list[str] = []
    address: str | None = ADDRESS
    while address:
        page = read(administrator.get(address))
        shown += named(page)
        following = page.all("a", rel="next")
        address = f"{ADDRESS}{following[0].attributes['href']}" if following else None

    assert shown == ["ala4", "ala3", "ala2", "ala1", "ala0", "adam"]


@pytest.mark.parametrize("who", ["supervisor", "outsider"])
def test_others_see_and_change_nothing(who: str, request: pytest.FixtureRequest, ala: User) -> None:
    client: Client = request.getfixturevalue(who)
    acts = ("link", "disable", "enable", "unlock", "end-sessions")

    answers = [client.get(ADDRESS), client.get(INVITE), client.post(INVITE, new()), client.get(at(ala))]
    answers += [client.post(at(ala, act)) for act in acts]

    assert [(answer.status_code, read(answer).one("h1").text()) for answer in answers] == [(404, "Page not found")] * 9
    assert (Link.objects.count(), User.objects.filter(is_active=False).count()) == (0, 0)


def test_acts_need_a_post_and_somebody(administrator: Client, ala: User) -> None:
    assert [administrator.get(at(ala, act)).status_code for act in users.ACTS] == [405] * 5
    assert administrator.post(f"{ADDRESS}{ala.pk}/delete/").status_code == 404
    assert administrator.get(f"{ADDRESS}{2**70}/").status_code == 404


def test_pages_speak_polish(administrator: Client, ala: User) -> None:
    polish = {"Accept-Language": "pl"}

    pages = [read(administrator.get(address, headers=polish)) for address in (ADDRESS, INVITE, at(ala))]

    assert [page.one("h1").text() for page in pages] == ["Użytkownicy", "Zaproś", "ala"]
    assert re.search("Wyłącz teraz", pages[2].text())


def sent(page: Element) -> dict[str, str]:
    """What the form would send as it stands, lists left at what is chosen."""
    form = page.one("form", aria_labelledby="account")
    typed = {str(one.attributes["name"]): one.attributes.get("value") or "" for one in form.all("input")}
    chosen = {
        str(one.attributes["name"]): next(
            option.attributes["value"] or "" for option in one.all("option") if "selected" in option.attributes
        )
        for one in form.all("select")
    }
    return typed | chosen


def test_page_that_was_open_for_long_changes_only_what_was_changed_on_it(administrator: Client, ala: User) -> None:
    old = sent(read(administrator.get(at(ala))))
    people.change_user(user=ala, actor=None, role=Role.SUPERVISOR, email="ala@example.com")

    administrator.post(at(ala), old | {"first_name": "Alicja"})

    ala.refresh_from_db()
    assert (ala.first_name, ala.role, ala.email) == ("Alicja", Role.SUPERVISOR, "ala@example.com")


def test_what_a_page_showed_can_be_emptied(administrator: Client, ala: User) -> None:
    administrator.post(at(ala), sent(read(administrator.get(at(ala)))) | {"first_name": ""})

    ala.refresh_from_db()
    assert ala.first_name == ""
