"""The container of a storage account that Event Grid puts dead letters into: named, read, forgotten.

A blob is read once: it is remembered together with what it brought. The blobs stay.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from azure.storage.blob import ContainerClient
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.azure import blobs
from centrala.azure.blobs import Listed, Place, Secret
from centrala.azure.errors import AzureError
from centrala.connection.azure_words import in_words
from centrala.connection.letters import LARGEST, ReadBack, endpoints_of, parse, take_in
from centrala.connection.models import Connection, DeadLetterContainer, ReadLetter
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.crypto import decrypt, encrypt
from centrala.organization.models import User

log = logging.getLogger(__name__)
FOR_A_PAGE = timedelta(seconds=20)
WAIT_SECONDS = 15  # for an answer: somebody waits for the page
STALE_MARKER = 400


def named() -> DeadLetterContainer | None:
    return DeadLetterContainer.objects.first()


def name_container(*, url: str, secret: str, actor: User | None) -> DeadLetterContainer:
    """In place of the one before. Looks whether it can be listed first. Raises Refused with the field at fault."""
    address, query = url.strip().partition("?")[::2]
    place, opener = _place(address), _secret(secret or query)
    try:
        _look(place, opener)
    except AzureError as error:
        raise Refused(in_words(error), field="url" if error.status in {404, None} else "secret") from None
    with transaction.atomic():
        DeadLetterContainer.objects.all().delete()
        made = DeadLetterContainer.objects.create(
            url=place.url, encrypted_secret=encrypt(secret.strip() or query), changed_at=now()
        )
        record(actor=actor, act="name dead-letter container", target=place.url)
    return made


def why_unreadable(one: DeadLetterContainer) -> str:
    """Why it cannot be listed, in the reader's language; empty where it can."""
    try:
        _look(Place(one.url), _opener(one))
    except AzureError as error:
        return in_words(error)
    return ""


@transaction.atomic
def forget_container(*, actor: User | None) -> None:
    """What was read from it stays remembered."""
    for one in DeadLetterContainer.objects.select_for_update():
        one.delete()
        record(actor=actor, act="forget dead-letter container", target=one.url)


def read_container(one: DeadLetterContainer, *, actor: User | None, within: timedelta = FOR_A_PAGE) -> ReadBack:
    """What was not read before, as long as the time lasts; the next reading goes on there. Raises Refused."""
    reading = _Reading(one, until=now() + within)
    try:
        with blobs.container(Place(one.url), _opener(one), settings.CLOUD.within(WAIT_SECONDS)) as client:
            found = reading.all_pages(client)
    except AzureError as error:
        raise Refused(in_words(error)) from None
    finally:
        if reading.found.new:
            record(actor=actor, act="read dead letters", target=one.url, after={"events": reading.found.new})
    return found


class _Reading:
    """One reading. `found` is what it brought so far, also where it breaks off."""

    def __init__(self, one: DeadLetterContainer, *, until: datetime) -> None:
        self._one, self._until = one, until
        self._endpoints = endpoints_of()
        newest = Connection.objects.order_by("-created_at").values_list("created_at", flat=True).first()
        self._newest: datetime | None = newest
        self.found = ReadBack()

    def all_pages(self, client: ContainerClient) -> ReadBack:
        try:
            self._pages(client, self._one.marker)
        except AzureError as error:
            if error.status != STALE_MARKER or not self._one.marker:
                raise
            self._pages(client, "")  # the service does not know any more where the last reading stopped
        return self.found

    def _pages(self, client: ContainerClient, start: str) -> None:
        for marker, page in blobs.pages(client, start):
            self._keep(marker)
            if not self._page(client, page):
                self.found += ReadBack(more=True)
                return
        self._keep("", done=True)

    def _page(self, client: ContainerClient, page: list[Listed]) -> bool:
        """False where the time was up."""
        keys = {self._key(one): one for one in page}
        read = ReadLetter.objects.in_bulk(list(keys))
        for key, one in keys.items():
            before = read.get(key)
            if before is not None and not self._may_be_ours_now(before):
                self.found += ReadBack(before=0 if before.unreadable else 1, unreadable=int(before.unreadable))
            elif now() >= self._until:
                return False
            else:
                self.found += self._blob(client, one, key, before)
        return True

    def _blob(self, client: ContainerClient, one: Listed, key: str, before: ReadLetter | None) -> ReadBack:
        content = blobs.content(client, one) if one.size <= LARGEST else b""
        if content is None:
            return ReadBack()
        letters = parse(content)
        if letters is None:
            log.warning("the blob %s holds no dead letters that can be read", one.name)
            ReadLetter.objects.get_or_create(key=key, defaults={"read_at": now(), "unreadable": True})
            return ReadBack(unreadable=1)
        endpoints = self._endpoints if before is None else endpoints_of(since=before.read_at)
        return _remembered(key, before, lambda: take_in(letters, one.name, endpoints))

    def _may_be_ours_now(self, before: ReadLetter) -> bool:
        """Whether a resource was connected since a blob with events of strangers was read."""
        return before.foreign and self._newest is not None and self._newest > before.read_at

    def _key(self, one: Listed) -> str:
        return hashlib.sha256("\n".join([self._one.url, one.name, one.etag]).encode()).hexdigest()

    def _keep(self, marker: str, *, done: bool = False) -> None:
        changed = {"marker": marker} | ({"read_at": now()} if done else {})
        DeadLetterContainer.objects.filter(pk=self._one.pk).update(**changed)


@transaction.atomic
def _remembered(key: str, before: ReadLetter | None, take: Callable[[], ReadBack]) -> ReadBack:
    """What the blob brings and that it was read are there together; who reads it at the same time waits and takes
    nothing."""
    row, fresh = ReadLetter.objects.get_or_create(key=key, defaults={"read_at": now()})
    if before is None and not fresh:
        return ReadBack(before=1)
    found = take()
    row.read_at, row.foreign = now(), bool(found.foreign)
    row.save(update_fields=["read_at", "foreign"])
    return found


def _look(place: Place, opener: Secret) -> None:
    with blobs.container(place, opener, settings.CLOUD.within(WAIT_SECONDS)) as client:
        next(blobs.pages(client, "", size=1), None)


def _place(text: str) -> Place:
    try:
        return Place.parse(text)
    except ValueError:
        raise Refused(
            _("This is no container's address. It looks like https://ACCOUNT.blob.core.windows.net/CONTAINER."),
            field="url",
        ) from None


def _secret(text: str) -> Secret:
    try:
        return Secret.parse(text)
    except ValueError:
        raise Refused(
            _("This is neither a connection string of a storage account, nor a shared access signature, nor a key."),
            field="secret",
        ) from None


def _opener(one: DeadLetterContainer) -> Secret:
    return Secret.parse(decrypt(one.encrypted_secret))
