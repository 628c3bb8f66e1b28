"""Numbers from a file: kept once all of it is right, imported some hundred at a time, each lot in one transaction with
the count of what is through. A worker that is killed leaves a whole number of lots behind, and the next goes on."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from centrala.carriers import own_numbers
from centrala.carriers.models import ImportRow, NumberImport, State
from centrala.carriers.number_sheets import Checked
from centrala.carriers.own_numbers import OwnNumber
from centrala.carriers.sip import refuse_lent
from centrala.characters import storable
from centrala.connection.models import Connection
from centrala.errors import Refused
from centrala.numbers.actions import hold
from centrala.numbers.models import Carrier, NumberType
from centrala.ordering.actions import QUEUE
from centrala.organization.audit import record
from centrala.organization.models import User

LOT = 250
LONGEST_NAME = 100
WAITS = timedelta(days=1)  # what nobody has begun by then goes with the next file


@transaction.atomic
def keep(
    *, connection: Connection, carrier: Carrier, checked: Checked, file_name: str, actor: User | None
) -> NumberImport:
    """What was checked and is right, until somebody has it imported. Raises Refused where a row is wrong."""
    refuse_lent(connection)
    if checked.wrong:
        raise Refused(_("Nothing was kept: not every line is right."), field="file")
    NumberImport.objects.filter(state=State.CHECKED, created_at__lt=now() - WAITS).delete()
    first = checked.numbers[0]
    kept = NumberImport.objects.create(
        connection=connection,
        carrier=carrier,
        country=first.country,
        type=first.type,
        file_name=storable(file_name)[-LONGEST_NAME:],
        total=len(checked.numbers),
        asked_by=actor,
    )
    rows = zip(checked.numbers, checked.lines, strict=True)
    ImportRow.objects.bulk_create(
        [
            ImportRow(
                number_import=kept,
                place=place,
                line=line,
                number=one.number,
                receives_calls=one.receives_calls,
                makes_calls=one.makes_calls,
            )
            for place, (one, line) in enumerate(rows, 1)
        ],
        batch_size=2_000,
    )
    return kept


@transaction.atomic
def begin(*, number_import: NumberImport, actor: User | None) -> None:
    """Once, whoever asks again."""
    kept = NumberImport.objects.select_for_update(of=("self",)).select_related("carrier").get(pk=number_import.pk)
    if kept.state not in {State.CHECKED, State.STOPPED}:
        return
    kept.state, kept.ended_at = State.UNDER_WAY, None
    kept.save(update_fields=["state", "ended_at"])
    after = {"carrier": kept.carrier.name, "rows": kept.total}
    record(actor=actor, act="import numbers", target=kept.file_name, after=after)
    task = app.configure_task("carriers.import_numbers", queue=QUEUE, lock=f"import {kept.pk}")
    task.defer(import_id=str(kept.pk))


@transaction.atomic
def stop(*, number_import: NumberImport, actor: User | None) -> None:
    """What is through stays, and it can be begun again where it was."""
    kept = NumberImport.objects.select_for_update().get(pk=number_import.pk)
    if kept.state == State.UNDER_WAY:
        _ended(kept, State.STOPPED, actor)


@transaction.atomic
def discard(*, number_import: NumberImport) -> None:
    """Raises Refused for one that was begun."""
    kept = NumberImport.objects.select_for_update().get(pk=number_import.pk)
    if kept.state != State.CHECKED:
        raise Refused(_("The import has begun already."))
    kept.delete()


def carry_out(*, import_id: UUID) -> None:
    """Lot by lot, until all of it is through."""
    while _lot(import_id):
        pass


@transaction.atomic
def _lot(import_id: UUID) -> bool:
    """Whether there is more to do."""
    related = ("connection", "carrier")
    kept = NumberImport.objects.select_for_update(of=("self",)).select_related(*related).filter(pk=import_id).first()
    if kept is None or kept.state != State.UNDER_WAY:
        return False
    if kept.connection.disconnected_at is not None:
        return _ended(kept, State.STOPPED)
    hold(kept.connection)
    rows = list(kept.rows.filter(place__gt=kept.done, place__lte=kept.done + LOT))
    reasons = own_numbers.why_not(connection=kept.connection, numbers=[row.number for row in rows])
    wanted = [_own(row, kept) for row in rows if row.number not in reasons]
    if wanted:
        own_numbers.put(connection=kept.connection, carrier=kept.carrier, numbers=wanted)
    if reasons:
        kept.rows.filter(pk__in=[row.pk for row in rows if row.number in reasons]).update(skipped=True)
    kept.done += len(rows)
    kept.skipped += len(rows) - len(wanted)
    if kept.done >= kept.total:
        kept.rows.filter(skipped=False).delete()
        return _ended(kept, State.DONE)
    kept.save(update_fields=["done", "skipped"])
    return True


def _ended(kept: NumberImport, state: State, actor: User | None = None) -> bool:
    kept.state, kept.ended_at = state, now()
    kept.save(update_fields=["state", "ended_at", "done", "skipped"])
    after = {"rows": kept.total, "numbers": kept.imported}
    record(actor=actor, act="import of numbers ended", target=kept.file_name, after=after)
    return False


def _own(row: ImportRow, kept: NumberImport) -> OwnNumber:
    return OwnNumber(
        number=row.number,
        country=kept.country,
        type=NumberType(kept.type),
        receives_calls=row.receives_calls,
        makes_calls=row.makes_calls,
    )
