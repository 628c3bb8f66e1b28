"""What never came is said, what runs out alarms, what was kept long enough goes, and a customer's go with them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from centrala.api import actions as tokens
from centrala.api.models import Scope
from centrala.calls.models import Call
from centrala.connection.models import Connection
from centrala.conversations.models import Contact
from centrala.customers.dossier import export
from centrala.customers.erasing import erase
from centrala.doctor.hub import look
from centrala.doctor.rules.work import recordings_come, recordings_kept
from centrala.organization import actions as organization
from centrala.organization.models import AuditEntry, Role, User
from centrala.recordings import fetching, reconciling, removing
from centrala.recordings.keeping import storage
from centrala.recordings.models import Chunk, ChunkState, Joined, Leg, Recording
from hub import CUSTOMER, ala
from recordings.files import Files
from recordings.scene import call, come, recorded_workstream, told, tone, wav

pytestmark = pytest.mark.django_db


def kept_recording(one: Call, *, recording: str = "r") -> list[str]:
    """All that can be kept of a call; the names of its files."""
    names = [storage().save(f"{recording}-{index}.wav", ContentFile(b"sound")) for index in range(3)]
    found = Recording.objects.create(call=one, recording_id=recording, told_at=now())
    Chunk.objects.create(
        recording=found,
        document_id=recording,
        index=0,
        told_at=now(),
        state="stored",
        name=names[0],
        delete_location="x",
    )
    Leg.objects.create(call=one, began_at=now(), name=names[1], size=5, sha256="0" * 64)
    made: dict[str, Any] = {"left": "cloud", "right": "hub", "name": names[2], "size": 5, "sha256": "0" * 64}
    Joined.objects.create(call=one, began_at=one.rang_at, milliseconds=1000, peaks=[[1], [1]], **made)
    return names


def removed() -> list[str]:
    jobs = ProcrastinateJob.objects.filter(task_name="recordings.remove")
    return sorted(name for job in jobs for name in job.args["names"])


class Told:
    """As a rule's context."""

    def __init__(self) -> None:
        self.now = now()
        self.hub = look(self.now)


def test_recording_of_which_nothing_was_told_is_missing_until_it_is(files: Files, connection: Connection) -> None:
    one = call(connection, began=now() - timedelta(hours=2))
    Recording.objects.create(call=one, first_attempt_at=now(), recording_id="recording-1", state="running")
    assert recordings_come(Told()) == ""  # type: ignore[arg-type]

    assert [reconciling.note_missing(), reconciling.note_missing()] == [1, 0]
    assert "1 recording of the last 7 days" in recordings_come(Told())  # type: ignore[arg-type]
    come(told(files.locations("document-0")))

    assert recordings_come(Told()) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize("minutes", [1, 59])
def test_recording_of_a_call_that_has_just_ended_is_not_missing(connection: Connection, minutes: int) -> None:
    one = call(connection, began=now() - timedelta(minutes=minutes + 3))
    Recording.objects.create(call=one, first_attempt_at=now(), recording_id="r")

    assert reconciling.note_missing() == 0


def waiting(one: Call, hours: float) -> Chunk:
    found = Recording.objects.create(call=one, recording_id="r", told_at=now())
    return Chunk.objects.create(
        recording=found, document_id="d", index=0, told_at=now() - timedelta(hours=hours), content_location="x"
    )


@pytest.mark.parametrize(("hours", "told"), [(11, ""), (20, "Azure deletes it in 4 hours"), (25, "in 0 hours")])
def test_doctor_alarms_while_something_can_be_done(connection: Connection, hours: float, told: str) -> None:
    waiting(call(connection), hours)

    said = str(recordings_kept(Told()))  # type: ignore[arg-type]

    assert (told in said) if told else (said == "")


def test_doctor_tells_of_what_was_lost(connection: Connection) -> None:
    waiting(call(connection), 1)
    Chunk.objects.update(state=ChunkState.GONE)

    assert "1 file of a recording was lost" in str(recordings_kept(Told()))  # type: ignore[arg-type]


def test_file_whose_job_is_gone_gets_another_one(connection: Connection) -> None:
    waiting(call(connection), 1)

    assert [reconciling.fetch_forgotten(), reconciling.fetch_forgotten()] == [1, 0]
    assert ProcrastinateJob.objects.get(task_name="recordings.fetch").args == {"document_id": "d"}


def test_workstream_says_for_how_long_and_a_legal_hold_longer(connection: Connection) -> None:
    workstream = recorded_workstream(keep_recordings_days=30)
    old = call(connection, began=now() - timedelta(days=31), workstream=workstream)
    names = kept_recording(old)
    young = call(connection, began=now() - timedelta(days=29), workstream=workstream, call_connection_id="2")
    kept_recording(young, recording="young")
    Contact.objects.update(held="A court asks.")

    assert removing.forget_old() == 0
    Contact.objects.update(held="")
    assert removing.forget_old() == 1

    assert removed() == sorted(names)
    assert list(Joined.objects.values_list("call", flat=True)) == [young.pk]
    entry = AuditEntry.objects.get(act="delete recordings")
    assert (entry.target, entry.after) == ("Voice", {"recordings": 1})


def test_workstream_that_says_nothing_keeps_them(connection: Connection) -> None:
    kept_recording(call(connection, began=now() - timedelta(days=900), workstream=recorded_workstream()))

    assert removing.forget_old() == 0


def test_recordings_are_erased_with_their_customer_and_told_before(files: Files, connection: Connection) -> None:
    one = call(connection)
    names = kept_recording(one)
    contact = Contact.objects.get(number=CUSTOMER)

    [known] = export(contact=contact, actor=None)["calls"]
    erased = erase(contact=contact, actor=None)

    assert known["recordings"][0]["file"] == names[2]
    assert erased["recordings"] == 1
    assert removed() == sorted(names)
    job = ProcrastinateJob.objects.get(task_name="recordings.remove")
    removing.remove(names=job.args["names"], from_cloud=job.args["from_cloud"])
    assert [name for name in names if storage().exists(name)] == []


def test_file_that_arrives_while_its_customer_is_erased_is_not_kept(
    files: Files, connection: Connection, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(connection)
    files.put("document-0", wav(tone(440, 1)))
    come(told(files.locations("document-0")))
    taken = fetching._take

    def erased_meanwhile(*given: Any) -> int:
        Recording.objects.all().delete()
        return taken(*given)

    monkeypatch.setattr(fetching, "_take", erased_meanwhile)

    fetching.fetch(document_id="document-0")

    [name] = removed()
    removing.remove(names=[name], from_cloud=[])
    assert list(kept.rglob("*.wav")) == []


def test_clouds_own_file_is_deleted_with_the_rest(files: Files, at_host: Connection) -> None:
    removing.remove(names=[], from_cloud=[(str(at_host.pk), files.locations("document-0")["deleteLocation"])])

    assert [asked[:2] for asked in files.asked] == [("DELETE", "/v1/objects/document-0")]


def test_programs_read_what_their_owners_may_hear(connection: Connection) -> None:
    agent = ala()
    one = call(connection, agent=agent)
    kept_recording(one)
    other = organization.add_user(username="beata", password="parasol i kot", role=Role.AGENT)

    mine, others = (_recordings(user) for user in (agent, other))

    joined = Joined.objects.get()
    assert [(item["id"], item["call"], item["left"]) for item in mine] == [(str(joined.pk), str(one.pk), "cloud")]
    assert others == []


def _recordings(user: User) -> Any:
    token = tokens.issue(owner=user, name="shop", scopes=[Scope.RECORDINGS_READ], actor=user)[1]
    answer = Client().get("/api/v1/recordings", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    return answer.json()["items"]


def test_part_that_was_kept_while_its_call_went_on_is_joined_after_the_end_and_once(connection: Connection) -> None:
    goes_on, over = call(connection, ended=False), call(connection)
    for one in (goes_on, over):
        Leg.objects.create(call=one, side="customer", began_at=now(), name="leg.wav", size=5, sha256="0" * 64)
    kept_recording(call(connection))
    ProcrastinateJob.objects.all().delete()

    assert [reconciling.join_forgotten() for _ in range(2)] == [1, 0]
    assert ProcrastinateJob.objects.get().args == {"call_id": str(over.pk)}
    Call.objects.update(ended_at=now() - timedelta(hours=1))
    ProcrastinateJob.objects.all().delete()
    assert reconciling.join_forgotten(within=reconciling.A_MOMENT) == 0
