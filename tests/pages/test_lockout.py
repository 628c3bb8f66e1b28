"""Guessing passwords: five failures for a name from an address, then a quarter of an hour of rest."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils.timezone import now

from centrala.organization import jobs
from centrala.organization.models import AuditEntry, User
from pages.reading import read
from pages.scene import PASSWORD

WORDS = "Too many attempts. Try again in 15 minutes, or ask an administrator to let you in."


def attempt(client: Client, username: str = "ala", *, password: str = "zgaduję", address: str = "203.0.113.7") -> int:
    sent = {"username": username, "password": password}
    return client.post("/sign-in", sent, REMOTE_ADDR=address).status_code


@pytest.mark.parametrize("username", ["ala", "nobody", "x" * 150, "zażółć"])
def test_sixth_attempt_is_refused_the_same_way_whether_there_is_an_account_or_not(
    client: Client, ala: User, username: str
) -> None:
    statuses = [attempt(client, username) for _ in range(6)]
    page = read(client.post("/sign-in", {"username": username, "password": PASSWORD}, REMOTE_ADDR="203.0.113.7"))

    assert statuses == [200, 200, 200, 200, 429, 429]
    assert page.one("div", role="alert").text() == WORDS


def test_other_letters_are_the_same_name_and_another_address_is_not_locked(client: Client, ala: User) -> None:
    assert [attempt(client, name) for name in ("ala", "Ala", "ALA", "aLA", "alA")][-1] == 429

    assert attempt(client, password=PASSWORD) == 429
    assert attempt(client, password=PASSWORD, address="203.0.113.8") == 302


@pytest.mark.django_db
def test_dotless_i_gets_no_guesses_of_its_own(client: Client) -> None:
    assert [attempt(client, name) for name in ("ilia", "ılia", "ilıa", "Ilia", "ılıa")][-1] == 429


def test_client_of_ipv4_is_itself_at_a_socket_for_both_kinds(client: Client, ala: User) -> None:
    assert [attempt(client, address="::ffff:203.0.113.7") for _ in range(5)][-1] == 429

    assert attempt(client, password=PASSWORD, address="203.0.113.7") == 429
    assert attempt(client, password=PASSWORD, address="::ffff:203.0.113.8") == 302


def test_network_of_an_ipv6_client_is_one_address(client: Client, ala: User) -> None:
    assert [attempt(client, address=f"2001:db8::{number}") for number in range(5)][-1] == 429

    assert attempt(client, password=PASSWORD, address="2001:db8:0:1::1") == 302


def test_rest_ends_by_itself_and_is_not_lengthened_by_trying(client: Client, ala: User) -> None:
    for _ in range(5):
        attempt(client)
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=14, seconds=59))
    assert attempt(client, password=PASSWORD) == 429
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=15, seconds=1))

    assert attempt(client, password=PASSWORD) == 302


def test_success_forgets_the_failures_before_it(client: Client, ala: User) -> None:
    for _ in range(4):
        attempt(client)
    assert attempt(client, password=PASSWORD) == 302
    assert [attempt(Client()) for _ in range(4)] == [200] * 4


def test_lock_out_is_logged_once_and_of_known_people_only(client: Client, ala: User) -> None:
    for name in ("ala", "parasol i kot na deszczu"):
        for _ in range(7):
            attempt(client, name)

    entry = AuditEntry.objects.get(act="lock out")
    assert (entry.target, entry.actor_name) == ("ala", "system")
    assert entry.after == {"address": "203.0.113.7", "minutes": 15}


def test_passwords_are_kept_nowhere_and_nothing_is_logged(
    client: Client, ala: User, caplog: pytest.LogCaptureFixture
) -> None:
    attempt(client, "ala", password="moje-tajne-hasło")

    kept = AccessAttempt.objects.values_list("get_data", "post_data")
    assert "ala" not in str(kept)
    assert "moje-tajne-hasło" not in str(AccessAttempt.objects.values_list())
    assert caplog.text == ""


@pytest.mark.parametrize("username", ["ala\0", "x" * 100_000, "\ud800", ""])
def test_name_that_is_none_is_refused_calmly(client: Client, ala: User, username: str) -> None:
    sent = f"username={'%ED%A0%80' if username == chr(0xD800) else username}&password=x"
    response = client.post("/sign-in", sent, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 200
    assert read(response).one("h1").text() == "Sign in"


def test_failures_are_forgotten_each_night_once_they_count_no_more(client: Client, ala: User) -> None:
    attempt(client, "somebody")
    attempt(client)
    AccessAttempt.objects.filter(username="somebody").update(attempt_time=now() - timedelta(minutes=16))

    jobs.forget_expired(0)

    assert [one.username for one in AccessAttempt.objects.all()] == ["ala"]


def guess(client: Client, current: str = "zgaduję") -> tuple[int, str]:
    """The current password on one's own page: what is answered, and what stands at the field."""
    sent = {"current": current, "password": "zupełnie inne hasło", "again": "zupełnie inne hasło"}
    answer = client.post("/profile/password", sent, REMOTE_ADDR="203.0.113.7")
    return answer.status_code, "" if answer.status_code == 302 else read(answer).one("p", id="id_current_error").text()


def test_guesses_of_the_current_password_count_like_failed_sign_ins(agent: Client, client: Client, ala: User) -> None:
    answers = [guess(agent) for _ in range(5)]

    assert answers == [(422, "This is not your current password.")] * 4 + [(429, WORDS)]
    assert guess(agent, PASSWORD) == (429, WORDS)
    assert attempt(client, password=PASSWORD) == 429
    ala.refresh_from_db()
    assert ala.check_password(PASSWORD)
    entry = AuditEntry.objects.get(act="lock out")
    assert (entry.target, entry.after) == ("ala", {"address": "203.0.113.7", "minutes": 15})


def test_guesses_on_both_pages_are_counted_together(agent: Client, client: Client, ala: User) -> None:
    answers = [guess(agent)[0], attempt(client), guess(agent)[0], attempt(client), guess(agent)[0]]

    assert answers == [422, 200, 422, 200, 429]


def test_right_current_password_forgets_the_guesses_before_it(agent: Client, ala: User) -> None:
    for _ in range(4):
        guess(agent)

    assert guess(agent, PASSWORD) == (302, "")
    assert [guess(agent)[0] for _ in range(4)] == [422] * 4
