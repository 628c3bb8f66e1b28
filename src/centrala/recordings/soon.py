"""What is to be done in the background, once this transaction is committed."""

from collections.abc import Sequence
from uuid import UUID

from procrastinate.contrib.django import app

from centrala.organization.jobs import AFTER_TEXTS

QUEUE = "recordings"


def fetch(document_id: str) -> None:
    task = app.configure_task("recordings.fetch", queue=QUEUE, lock=f"recording {document_id}", priority=AFTER_TEXTS)
    task.defer(document_id=document_id)


def join(call_id: UUID) -> None:
    task = app.configure_task("recordings.join", queue=QUEUE, lock=f"sound of {call_id}", priority=AFTER_TEXTS)
    task.defer(call_id=str(call_id))


def remove(names: Sequence[str], *, from_cloud: Sequence[tuple[UUID, str]] = ()) -> None:
    """Files of the storage, and with the key of its connection each address in the cloud where one is to be deleted."""
    if names or from_cloud:
        task = app.configure_task("recordings.remove", queue=QUEUE, priority=AFTER_TEXTS)
        task.defer(names=list(names), from_cloud=[[str(connection), location] for connection, location in from_cloud])
