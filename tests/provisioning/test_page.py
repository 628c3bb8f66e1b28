"""Set up Azure for me: the plan, Apply with its progress, what a reload and a second tab see, and the files."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from centrala.center.azure_runs import RUNS, Run
from centrala.connection.models import Connection
from centrala.connection.provisioning import Progress, Report
from centrala.connection.sign_in import SIGN_INS
from centrala.errors import Refused
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, Role, User
from pages.reading import read
from provisioning.scene import WHOLE, Scene
from running_demo import until
from signing_in import END, Clock, sign_in

PAGE, APPLY, PROGRESS = "/center/azure/set-up/", "/center/azure/set-up/apply/", "/center/azure/set-up/progress/"
HTMX = {"HX-Request": "true"}


def browser_of(username: str, role: Role) -> Client:
    client = Client()
    client.force_login(organization.add_user(username=username, password="parasol i kot", role=role))
    return client


@pytest.fixture
def adam(scene: Scene) -> Client:
    return browser_of("adam", Role.ADMINISTRATOR)


@pytest.fixture
def clock(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock(scene.azure)
    monkeypatch.setattr(SIGN_INS, "clock", made)
    return made


@pytest.fixture(autouse=True)
def ended_runs() -> Iterator[None]:
    """No thread outlives its test's database."""
    yield
    for thread in threading.enumerate():
        if thread.name == "azure set-up":
            thread.join(60)
    if RUNS.latest is not None:
        RUNS.forget(User(pk=RUNS.latest.actor_id))


def ended(client: Client) -> str:
    """What the page says at the end of the run, asked for as it asks itself."""
    until(lambda: RUNS.latest is not None and RUNS.latest.ended, 60)
    return read(client.get(PROGRESS, headers=HTMX)).one("section", id="azure-run").text()


def test_page_shows_the_plan_and_apply_does_it(scene: Scene, adam: Client, clock: Clock) -> None:
    assert "First sign in to Azure" in read(adam.get(PAGE)).one("main").text()
    sign_in(adam, clock, "adam")

    page = read(adam.get(PAGE))
    planned = page.one("main").text()
    assert "Plan for “acs-centrala”" in planned
    assert "14 steps are to be done." in planned
    assert Connection.objects.count() == 0
    answer = adam.post(APPLY, {"resource": scene.azure.acs.resource_id})

    assert answer["Location"] == PAGE
    words = ended(adam)
    assert "Azure is set up" in words
    assert "“acs-centrala” is connected, and its events arrive here." in words
    assert scene.counted() == WHOLE
    assert {one.actor_name for one in AuditEntry.objects.filter(act="provision")} == {"adam"}
    assert "Azure is set up" in read(adam.get(PAGE)).one("main").text()  # a reload loses nothing
    assert RUNS.latest is not None
    assert RUNS.latest.provisioner is None  # nor the token with it
    again = read(adam.get(f"{PAGE}?again=1")).one("main").text()
    assert "Nothing is to be done" in again


@pytest.mark.long
def test_second_tab_joins_the_run_that_is_under_way(scene: Scene, adam: Client, clock: Clock) -> None:
    sign_in(adam, clock, "adam")
    scene.azure.control.post("/_local/propagation", json={"seconds": 600}).raise_for_status()

    adam.post(APPLY, {"resource": scene.azure.acs.resource_id})
    first = RUNS.latest
    until(lambda: "Spreading" in read(adam.get(PROGRESS, headers=HTMX)).one("section", id="azure-run").text(), 60)
    adam.post(APPLY, {"resource": scene.azure.acs.resource_id})
    other = adam.post(APPLY, {"resource": f"{scene.azure.acs.resource_id}-two"})
    shown = read(adam.get(PAGE)).one("section", id="azure-run")

    assert RUNS.latest is first
    assert other.status_code == 422
    assert "Nothing was begun: Azure is being set up for “acs-centrala”" in read(other).one(role="alert").text()
    assert shown.attributes["hx-trigger"] == "every 1s"
    assert "takes up to 15 minutes" in shown.text()
    assert re.search(r"At most 1[0-5]:\d\d more", shown.text())
    clock.advance(600)
    assert "Azure is set up" in ended(adam)
    assert scene.counted() == WHOLE


def test_run_stops_when_its_person_signs_out_of_azure(scene: Scene, adam: Client, clock: Clock) -> None:
    sign_in(adam, clock, "adam")
    scene.azure.control.post("/_local/propagation", json={"seconds": 600}).raise_for_status()

    adam.post(APPLY, {"resource": scene.azure.acs.resource_id})
    until(lambda: "Spreading" in read(adam.get(PROGRESS, headers=HTMX)).one("section", id="azure-run").text(), 60)
    adam.post(END)

    words = ended(adam)
    assert "Whoever began this has signed out of Azure, so it was stopped." in words
    assert "What was made stays." in words
    assert RUNS.latest is not None
    assert (RUNS.latest.provisioner, RUNS.latest.sign_in) == (None, None)
    assert scene.counted()["subscriptions"] < 3


@pytest.mark.long
def test_person_without_the_right_is_told_and_may_take_the_script_away(
    scene: Scene, adam: Client, clock: Clock
) -> None:
    sign_in(adam, clock, "ala")  # who may read, and nothing else

    adam.post(APPLY, {"resource": scene.azure.acs.resource_id})

    words = ended(adam)
    assert "Azure does not let" in words
    assert "What was made stays." in words
    script = adam.get(f"{PAGE}export/az/")
    assert script["Content-Disposition"] == 'attachment; filename="centrala-azure.sh"'
    assert script.content.startswith(b"#!/usr/bin/env bash")
    assert Connection.objects.count() == 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("resource=somewhere", "This is not the id of a Communication Services resource."),
        ("application_id=my+app", "This is not an id of the form"),
        ("application_id=0f6f9a2c-0000-4000-8000-00000000000b", "The directory has no application"),
        ("dead_letter=container", "This names no blob container"),
    ],
)
def test_option_that_is_none_is_told(scene: Scene, adam: Client, clock: Clock, query: str, complaint: str) -> None:
    sign_in(adam, clock, "adam")

    assert complaint in read(adam.get(f"{PAGE}?{query}")).one("main").text()


@pytest.mark.long
def test_several_resources_are_offered_to_choose_from(scene: Scene, adam: Client, clock: Clock) -> None:
    other = f"{scene.azure.acs.resource_id}-two"
    body = {"location": "global", "properties": {"dataLocation": "Europe"}}
    scene.ask("PUT", other, json=body, params={"api-version": "2025-09-01"}).raise_for_status()
    sign_in(adam, clock, "adam")

    words = read(adam.get(PAGE)).one("main").text()

    assert "Which resource?" in words
    assert "acs-centrala-two" in words
    assert "Plan for “acs-centrala-two”" in read(adam.get(PAGE, {"resource": other})).one("main").text()
    script = adam.get(f"{PAGE}export/az/")
    assert script.status_code == 422
    assert "Content-Disposition" not in script
    assert "You can see several Communication Services resources" in read(script).one("div", role="alert").text()


@pytest.mark.long
def test_export_that_is_refused_is_a_page_with_the_reason_and_no_file(scene: Scene, adam: Client, clock: Clock) -> None:
    sign_in(adam, clock, "adam")
    page = read(adam.get(PAGE))
    links = [one.attributes for one in page.all("a") if "/export/" in one.attributes.get("href", "")]
    scene.order("GET /v1.0/applications*", status=403, times=20)

    answers = [adam.get(f"{PAGE}export/az/"), adam.get(f"{PAGE}export/arm/?resource=somewhere")]

    assert ["download" in one for one in links] == [False] * 3  # a browser would save whatever comes
    assert [(one.status_code, "Content-Disposition" in one) for one in answers] == [(422, False)] * 2
    assert "Azure does not let" in read(answers[0]).one(role="alert").text()
    assert "This is not the id of a Communication Services resource." in read(answers[1]).one(role="alert").text()


def test_export_without_a_sign_in_leads_to_it(scene: Scene, adam: Client) -> None:
    assert adam.get(f"{PAGE}export/az/")["Location"] == PAGE


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AGENT])
def test_only_administrators_get_there(scene: Scene, role: Role) -> None:
    client = browser_of("beata", role)
    ask: list[Callable[[], object]] = [
        lambda: client.get(PAGE).status_code,
        lambda: client.get(PROGRESS).status_code,
        lambda: client.get(f"{PAGE}export/az/").status_code,
        lambda: client.post(APPLY, {"resource": scene.azure.acs.resource_id}).status_code,
    ]

    assert [each() for each in ask] == [404] * 4
    assert RUNS.latest is None


def test_page_speaks_polish(scene: Scene, adam: Client, clock: Clock) -> None:
    sign_in(adam, clock, "adam")

    words = read(adam.get(PAGE, headers={"Accept-Language": "pl"})).one("main").text()

    assert "Skonfiguruj Azure za mnie" in words
    assert "14 kroków do wykonania." in words
    assert "Subskrypcja zdarzeń dla połączeń przychodzących" in words


def test_run_that_was_lost_with_its_process_leads_to_a_new_plan(scene: Scene, adam: Client) -> None:
    part = adam.get(PROGRESS, headers=HTMX)

    assert (part["HX-Redirect"], part.content) == (PAGE, b"")
    assert adam.get(PROGRESS)["Location"] == PAGE


def made(actor: User, *, ended_ago: timedelta | None) -> Run:
    ended_at = None if ended_ago is None else now() - ended_ago
    return Run(None, None, ("/acs-centrala", "", None), actor.pk, "en", ended_at=ended_at)


def test_run_that_has_ended_is_news_for_a_while_to_whoever_began_it(adam: Client) -> None:
    me, other = User.objects.get(username="adam"), User(pk=0)

    told = {
        ago: [made(me, ended_ago=ago).shown_to(each) for each in (me, other)]
        for ago in (None, timedelta(minutes=14), timedelta(minutes=15))
    }

    assert list(told.values()) == [[True, True], [True, False], [False, False]]


@pytest.mark.parametrize("loss", [{"is_active": False}, {"role": Role.AGENT}])
def test_run_stops_when_whoever_began_it_is_no_administrator_any_more(adam: Client, loss: dict[str, object]) -> None:
    run, report = made(User.objects.get(username="adam"), ended_ago=None), Report(progress=Progress.RUNNING, name="x")
    run.hear(report)

    User.objects.update(**loss)

    with pytest.raises(Refused, match="no administrator any more"):
        run.hear(report)
