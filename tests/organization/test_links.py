"""The first administrator's link, invitations and new passwords: once, for a while, and of several at once for one."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from centrala.errors import Refused
from centrala.organization import links, people
from centrala.organization.models import AuditEntry, Link, Purpose, Role, Session, User
from pages.conftest import signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "parasol i kot"


def first(token: str | None, username: str = "adam", **fields: str) -> User | None:
    return people.add_first_administrator(token=token or "", username=username, password=PASSWORD, **fields)


def at_once(act: Callable[[int], object], *, times: int = 4) -> list[object]:
    """What each thread got, or the Refused it met."""
    begin, results = threading.Barrier(times), list[object]()

    def run(number: int) -> None:
        begin.wait()
        try:
            results.append(act(number))
        except Refused as refused:
            results.append(refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


def test_token_is_kept_as_a_hash_only() -> None:
    token = people.set_up_token()

    assert token is not None
    assert token not in str(list(Link.objects.values_list()))
    assert len(token) >= 43


def test_first_administrator_is_made_once() -> None:
    token = people.set_up_token()

    adam = first(token, first_name="Adam", language="pl")

    assert adam is not None
    assert (adam.is_administrator, adam.first_name, adam.language) == (True, "Adam", "pl")
    assert first(token, "beata") is None
    assert people.set_up_token() is None
    assert AuditEntry.objects.get().act == "add first administrator"


def test_new_token_voids_the_one_before() -> None:
    old, new = people.set_up_token(), people.set_up_token()

    assert first(old) is None
    assert first(new) is not None


def test_token_is_given_once_while_it_is_good() -> None:
    assert people.set_up_token_once() is not None
    assert people.set_up_token_once() is None

    Link.objects.update(expires_at=now() - timedelta(seconds=1))
    again = people.set_up_token_once()

    assert first(again) is not None
    assert people.set_up_token_once() is None


@pytest.mark.django_db(transaction=True)
def test_of_several_starts_at_once_one_gets_the_token() -> None:
    tokens = at_once(lambda _number: people.set_up_token_once())

    assert [token is None for token in tokens].count(False) == 1
    assert len(tokens) == 4


def test_token_that_ran_out_leads_nowhere() -> None:
    token = people.set_up_token()
    Link.objects.update(expires_at=now() - timedelta(seconds=1))

    assert first(token) is None
    assert not User.objects.exists()


def test_refused_set_up_leaves_the_link_good() -> None:
    token = people.set_up_token()

    with pytest.raises(Refused) as refused:
        people.add_first_administrator(token=token or "", username="adam", password="krótkie")

    assert refused.value.field == "password"
    assert first(token) is not None


@pytest.mark.django_db(transaction=True)
def test_of_several_who_set_up_at_once_one_becomes_the_administrator() -> None:
    token = people.set_up_token()

    made = at_once(lambda number: first(token, f"adam{number}"))

    assert [each is None for each in made].count(False) == 1
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_who_follow_an_invitation_at_once_one_gets_in() -> None:
    _ala, token = people.invite(username="ala", role=Role.AGENT, actor=None)

    followed = at_once(lambda number: people.follow_link(token=token, password=f"{PASSWORD} {number}"))

    assert [each is None for each in followed].count(False) == 1
    assert Link.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_administrators_who_disable_each_other_at_once_leave_one() -> None:
    adams = [people.add_user(username=f"adam{n}", password=PASSWORD, role=Role.ADMINISTRATOR) for n in range(4)]

    at_once(lambda number: people.disable(user=adams[number], actor=adams[number - 1]))

    assert User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_same_name_invited_at_once_in_other_letters_is_one_person() -> None:
    names = ["ala", "Ala", "ALA", "aLa"]

    met = at_once(lambda number: people.invite(username=names[number], role=Role.AGENT, actor=None))

    assert len([each for each in met if isinstance(each, Refused)]) == 3
    assert User.objects.count() == 1


def test_username_differs_by_more_than_its_capitals_says_the_database() -> None:
    User.objects.create(username="ala")

    with pytest.raises(IntegrityError, match="one_person_per_username"), transaction.atomic():
        User.objects.create(username="ALA")


def test_account_is_locked_before_its_link_by_whoever_takes_both() -> None:
    """Two who took them the other way round would wait for each other until the database ended one of them."""
    _ala, token = people.invite(username="ala", role=Role.AGENT, actor=None)

    with CaptureQueriesContext(connection) as asked:
        people.follow_link(token=token, password=PASSWORD)

    locked = [one["sql"].partition('FROM "')[2].partition('"')[0] for one in asked if "FOR UPDATE" in one["sql"]]
    assert locked == [User._meta.db_table, Link._meta.db_table]


def test_new_link_voids_the_one_before_and_the_old_password_works_until_then() -> None:
    ala = people.add_user(username="ala", password=PASSWORD, role=Role.AGENT)
    old, new = people.reset_link(user=ala, actor=None), people.reset_link(user=ala, actor=None)

    assert links.find(old, Purpose.RESET) is None
    ala.refresh_from_db()
    assert ala.check_password(PASSWORD)
    assert people.follow_link(token=new, password="zupełnie inne") == ala
    ala.refresh_from_db()
    assert ala.check_password("zupełnie inne")


def test_new_password_ends_every_session() -> None:
    ala = people.add_user(username="ala", password=PASSWORD, role=Role.AGENT)
    signed_in(ala)
    token = people.reset_link(user=ala, actor=None)

    people.follow_link(token=token, password="zupełnie inne")

    assert not Session.objects.exists()


def test_link_of_somebody_who_was_disabled_leads_nowhere() -> None:
    people.add_user(username="adam", password=PASSWORD, role=Role.ADMINISTRATOR)
    ala, token = people.invite(username="ala", role=Role.AGENT, actor=None)

    people.disable(user=ala, actor=None)
    people.enable(user=ala, actor=None)

    assert people.follow_link(token=token, password=PASSWORD) is None
    ala.is_active = False
    ala.save()
    with pytest.raises(Refused, match="is disabled"):
        people.reset_link(user=ala, actor=None)


def test_invited_administrator_without_a_password_is_no_other_administrator() -> None:
    adam = people.add_user(username="adam", password=PASSWORD, role=Role.ADMINISTRATOR)
    people.invite(username="beata", role=Role.ADMINISTRATOR, actor=adam)

    for act in (
        lambda: people.disable(user=adam, actor=adam),
        lambda: people.change_user(user=adam, actor=adam, role=Role.AGENT),
        lambda: people.add_user(username="ADAM", password=PASSWORD, role=Role.AGENT),
    ):
        with pytest.raises(Refused, match="“adam” is the last administrator"):
            act()

    adam.refresh_from_db()
    assert adam.is_administrator


def test_disabled_person_is_out_everywhere_and_comes_back_with_the_same_password() -> None:
    people.add_user(username="adam", password=PASSWORD, role=Role.ADMINISTRATOR)
    ala = people.add_user(username="ala", password=PASSWORD, role=Role.AGENT)
    client = signed_in(ala)

    people.disable(user=ala, actor=None)

    assert not Session.objects.filter(user=ala).exists()
    assert client.get("/desk/")["Location"] == "/sign-in?next=/desk/"
    entry = AuditEntry.objects.filter(act="disable user").get()
    assert (entry.before, entry.after) == ({"is_active": True, "sessions": 1}, {"is_active": False, "sessions": 0})
    people.enable(user=ala, actor=None)
    assert Client().post("/sign-in", {"username": "Ala", "password": PASSWORD})["Location"] == "/"


@pytest.mark.parametrize("username", ["", "ala kowalska", "a" * 151, "ala\0", "ala\x1b", "ala\u202ebob"])
def test_name_that_nobody_could_sign_in_with_is_invited_nowhere(username: str) -> None:
    with pytest.raises(Refused) as refused:
        people.invite(username=username, role=Role.AGENT, actor=None)

    assert refused.value.field == "username"
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["krótkie", "password", "ala", "x" * 1001, "dość długie\0"])
def test_password_that_is_too_easy_or_too_long_is_refused(password: str) -> None:
    ala, token = people.invite(username="ala", role=Role.AGENT, actor=None)

    with pytest.raises(Refused) as refused:
        people.follow_link(token=token, password=password)

    assert refused.value.field == "password"
    ala.refresh_from_db()
    assert not ala.has_usable_password()


def test_name_and_language_are_changed_and_logged() -> None:
    ala = people.add_user(username="ala", password=PASSWORD, role=Role.AGENT, first_name="Ala")

    people.change_user(user=ala, actor=ala, first_name="Alicja", language="pl")
    people.change_user(user=ala, actor=ala, first_name="Alicja", language="pl")

    entry = AuditEntry.objects.filter(act="change user").get()
    assert (entry.before, entry.after) == (
        {"first_name": "Ala", "language": ""},
        {"first_name": "Alicja", "language": "pl"},
    )
