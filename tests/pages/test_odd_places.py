"""Places in a list, and events, as nobody of ours writes them: never a fault of ours."""

from uuid import uuid4

import pytest
from django.test import Client

from hub import arrive, connected, drained, text

pytestmark = pytest.mark.django_db

FAR = ["2026-01-01T00:00:00+23:59", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "now", ""]


@pytest.mark.parametrize("at", FAR)
@pytest.mark.parametrize("path", ["/desk/?after=", "/desk/list?after=", "/desk/list?until="])
def test_place_of_the_desk_in_any_zone_is_no_fault(agent: Client, path: str, at: str) -> None:
    assert agent.get(f"{path}{at}~{uuid4()}".replace("+", "%2B")).status_code in {200, 400, 404}


@pytest.mark.parametrize("at", FAR)
def test_place_of_the_events_in_any_zone_is_no_fault(administrator: Client, at: str) -> None:
    assert administrator.get("/center/events/", {"at": at, "id": "1"}).status_code in {200, 400, 404}


@pytest.mark.parametrize("words", ["half \ud83d of a smile", "a\0b", "line\x01"], ids=["surrogate", "nul", "control"])
def test_event_with_any_text_can_be_looked_at(administrator: Client, words: str) -> None:
    connected()
    event = arrive(text(words))
    drained()

    assert administrator.get(f"/center/events/{event.pk}/").status_code == 200
