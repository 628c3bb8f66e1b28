"""A new password by mail: offered where mail is set up, and silent about who has an account."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from centrala.installation import Installation, Smtp
from centrala.organization import jobs
from centrala.organization.models import AuditEntry, Session, User
from pages.conftest import signed_in
from pages.reading import read
from pages.scene import PASSWORD

NEW = "zupełnie inne hasło"


@pytest.fixture
def mail(settings: Settings) -> None:
    settings.SMTP = Smtp("mail.example.org", 587, "", "", "centrala@example.org", "starttls")
    settings.PUBLIC_URL = "https://hub.example.org"


@pytest.fixture
def ala(ala: User) -> User:
    ala.email = "ala@example.org"
    ala.save()
    return ala


def asked(client: Client, address: str = "ala@example.org") -> str:
    """Where asking leads; what was queued is done."""
    response = client.post("/forgot", {"email": address})
    for job in ProcrastinateJob.objects.filter(task_name="organization.mail_reset"):
        jobs.mail_reset(**job.args)
    return str(response["Location"])


def link_in(message: EmailMessage) -> str:
    [address] = re.findall(r"https://hub\.example\.org(/forgot/\S+)", str(message.body))
    return str(address)


def test_without_mail_the_sign_in_page_says_whom_to_ask(client: Client, db: None) -> None:
    assert (
        read(client.get("/sign-in")).one("p", class_="forgot").text().endswith("Ask an administrator for a new link.")
    )
    assert [client.get(address).status_code for address in ("/forgot", "/forgot/sent")] == [404, 404]
    assert client.post("/forgot", {"email": "ala@example.org"}).status_code == 404


@pytest.mark.usefixtures("mail")
class TestWithMail:
    def test_link_in_the_mail_sets_a_new_password_once(
        self, client: Client, ala: User, mailoutbox: list[EmailMessage]
    ) -> None:
        signed_in(ala)
        assert read(client.get("/sign-in")).one("p", class_="forgot").one("a").attributes["href"] == "/forgot"

        assert asked(client) == "/forgot/sent"
        [message] = mailoutbox
        assert (message.to, message.subject) == (["ala@example.org"], "A new password for Centrala")
        form = client.get(link_in(message), follow=True)
        place = form.redirect_chain[-1][0]
        assert read(form).one("h1").text() == "Choose a new password"
        assert "token" not in place.replace("set-password", "")

        assert client.post(place, {"password": NEW, "again": NEW})["Location"] == "/"
        ala.refresh_from_db()
        assert ala.check_password(NEW)
        assert client.get("/")["Location"] == "/desk/"
        assert Session.objects.filter(user=ala).count() == 1
        assert Client().get(link_in(message), follow=True).status_code == 404
        assert AuditEntry.objects.get(act="reset password").actor_name == "ala"

    def test_mail_is_in_the_language_of_the_person(
        self, client: Client, ala: User, mailoutbox: list[EmailMessage]
    ) -> None:
        User.objects.update(language="pl")

        asked(client)

        assert mailoutbox[0].subject == "Nowe hasło do programu Centrala"
        assert "Ktoś poprosił o nowe hasło" in str(mailoutbox[0].body)

    @pytest.mark.parametrize("who", ["nobody@example.org", "ALA@example.org"])
    def test_answer_is_the_same_whether_there_is_an_account_or_not(
        self, client: Client, ala: User, mailoutbox: list[EmailMessage], who: str
    ) -> None:
        assert asked(client, who) == "/forgot/sent"

        assert len(mailoutbox) == (1 if who.startswith("ALA") else 0)
        assert [job.args.keys() for job in ProcrastinateJob.objects.all()] == [{"language", "sealed_address"}]
        assert who not in str(ProcrastinateJob.objects.values_list("args"))

    def test_who_is_disabled_or_invited_gets_no_mail(
        self, client: Client, ala: User, mailoutbox: list[EmailMessage]
    ) -> None:
        User.objects.create(username="celina", email="celina@example.org", password="!")
        User.objects.filter(pk=ala.pk).update(is_active=False)

        for address in ("ala@example.org", "celina@example.org"):
            asked(client, address)

        assert mailoutbox == []

    def test_one_person_gets_one_mail_in_five_minutes(
        self, client: Client, ala: User, mailoutbox: list[EmailMessage]
    ) -> None:
        for _ in range(3):
            asked(client)
        assert (len(mailoutbox), ProcrastinateJob.objects.count()) == (1, 1)
        User.objects.update(reset_mailed_at=now() - timedelta(minutes=5, seconds=1))

        asked(client)

        assert len(mailoutbox) == 2

    @pytest.mark.parametrize(
        "address", ["", "ala", "ala@example.org\0", f"{'a' * 300}@example.org", "a@b\r\nBcc: c@d.pl"]
    )
    def test_address_that_is_none_is_told_at_its_field(
        self, client: Client, ala: User, mailoutbox: list[EmailMessage], address: str
    ) -> None:
        response = client.post("/forgot", {"email": address})

        assert read(response).one("p", id="id_email_error").text() != ""
        assert not ProcrastinateJob.objects.exists()

    @pytest.mark.parametrize("path", ["MQ/guess", "MQ/set-password", "x/y", "%00/%00", f"{'M' * 500}/c-d"])
    def test_guess_leads_nowhere(self, client: Client, ala: User, path: str) -> None:
        assert client.get(f"/forgot/{path}").status_code == 404
        assert client.post(f"/forgot/{path}", {"password": NEW, "again": NEW}).status_code == 404
        ala.refresh_from_db()
        assert ala.check_password(PASSWORD)

    def test_too_easy_password_is_told_and_the_link_stays_good(
        self, client: Client, ala: User, mailoutbox: list[EmailMessage]
    ) -> None:
        asked(client)
        place = client.get(link_in(mailoutbox[0]), follow=True).redirect_chain[-1][0]

        response = client.post(place, {"password": "krótkie", "again": "krótkie"})

        assert response.status_code == 422
        assert "too short" in read(response).one("p", id="id_password_error").text()
        assert client.post(place, {"password": NEW, "again": NEW}).status_code == 302


def test_mail_server_is_read_from_the_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTRALA_DATA", str(tmp_path))
    assert Installation.here().smtp is None

    (tmp_path / "centrala.toml").write_text(
        '[smtp]\nhost = "mail.example.org"\nsender = "centrala@example.org"\nsecurity = "tls"\n'
    )

    assert Installation.here().smtp == Smtp("mail.example.org", 465, "", "", "centrala@example.org", "tls")
