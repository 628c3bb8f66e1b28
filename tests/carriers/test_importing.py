"""Numbers from a file: what is wrong in it line by line, and an import that is whole whatever dies."""

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from centrala.azure.phone_numbers import Number
from centrala.carriers import importing, number_sheets, own_numbers
from centrala.carriers.actions import remove_carrier
from centrala.carriers.models import ImportRow, NumberImport, State
from centrala.carriers.number_sheets import COLUMNS, MOST_ROWS, TEMPLATE, Checked
from centrala.carriers.own_numbers import OwnNumber
from centrala.connection.models import Connection
from centrala.database import dsn
from centrala.errors import Refused
from centrala.numbers.actions import keep
from centrala.numbers.models import Carrier, NumberType, PhoneNumber
from centrala.organization.models import AuditEntry, User
from running_demo import until

pytestmark = pytest.mark.django_db
WARSAW = "+48221234567"
TABS = "\t".join(reversed(COLUMNS))


def numbers(count: int) -> list[str]:
    return [f"4822123{place:04}" for place in range(count)]


def sheet(*rows: tuple[str, str, str]) -> bytes:
    told = io.StringIO()
    csv.writer(told).writerows([COLUMNS, *rows])
    return told.getvalue().encode()


def whole(count: int) -> bytes:
    return sheet(*((number, "true", "false") for number in numbers(count)))


def check(connection: Connection, data: bytes, country: str = "PL") -> Checked:
    return number_sheets.check(data, connection=connection, country=country, kind=NumberType.GEOGRAPHIC)


def kept(connection: Connection, carrier: Carrier, data: bytes, actor: User | None = None) -> NumberImport:
    checked = check(connection, data)
    return importing.keep(
        connection=connection, carrier=carrier, checked=checked, file_name="PhoneNumber.csv", actor=actor
    )


def begun(connection: Connection, carrier: Carrier, data: bytes, actor: User | None = None) -> NumberImport:
    found = kept(connection, carrier, data, actor)
    importing.begin(number_import=found, actor=actor)
    return found


def reasons(connection: Connection, *rows: tuple[str, str, str]) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in check(connection, sheet(*rows)).wrong]


@pytest.mark.parametrize(
    "text",
    [
        f"{','.join(COLUMNS)}\n48221234567,true,false\n",
        f'{";".join(COLUMNS)}\r\n"+48 22 123 45 67";TAK;nie\r\n',
        TABS + "\nno\t1\t48221234567\n",
        f'note,{",".join(COLUMNS).upper()}\n"a, b","48221234567",Yes,\n',
        f'{",".join(COLUMNS)}\n"=""48221234567""",true,0\n',
        f"{','.join(COLUMNS)}\n'0048221234567,true,FALSE,,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1250"])
def test_file_is_read_however_it_is_written(connection: Connection, text: str, encoding: str) -> None:
    checked = check(connection, text.encode(encoding))
    assert checked.wrong == []
    assert [(one.number, one.receives_calls, one.makes_calls) for one in checked.numbers] == [(WARSAW, True, False)]


def test_every_line_that_is_wrong_is_told_with_its_reason(connection: Connection) -> None:
    wrong = reasons(
        connection,
        (WARSAW, "true", "true"),
        ("+14255550100", "true", "true"),
        ("4" * 30, "true", "true"),
        ("4.86E+10", "true", "true"),
        ("my aunt", "true", "true"),
        ("48221234568", "", "no"),
        ("48221234569", "perhaps", "no"),
        ("+48 22 123 45 67", "true", "true"),
    )
    assert [line for line, _reason in wrong] == [3, 4, 5, 6, 7, 8, 9]
    for (_line, reason), word in zip(
        wrong,
        ["another country", "at most 15", "Excel", "no telephone", "neither receive nor", "neither true", "line 2"],
        strict=True,
    ):
        assert word in reason


def test_line_of_another_width_is_wrong(connection: Connection) -> None:
    data = f"{','.join(COLUMNS)}\n48221234567,true\n48221234568,true,true,x\n".encode()
    assert [(one.line, one.written) for one in check(connection, data).wrong] == [
        (2, "48221234567"),
        (3, "48221234568"),
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no row"),
        (TEMPLATE.encode(), "only a heading"),
        (b"number,in,out\n1,2,3\n", "names no column msdyn_phonenumber"),
        (f"{','.join(COLUMNS)},{COLUMNS[0]}\n1,2,3,4\n".encode(), "Several columns"),
        (f'{",".join(COLUMNS)}\n"48221234567,true,true\n'.encode(), "quotation mark"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"x" * 4_000_001, "MB"),
        (b"aaaaaaaaaaaaaaa\x00b\n", "no text"),
    ],
)
def test_file_that_is_none_is_refused_with_its_reason(connection: Connection, data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refused:
        check(connection, data)
    assert refused.value.field == "file"


def test_too_many_lines_are_refused(connection: Connection) -> None:
    with pytest.raises(Refused, match="Split it"):
        check(connection, whole(MOST_ROWS + 1))


def test_number_that_is_here_already_is_wrong(connection: Connection, carrier: Carrier, adam: User) -> None:
    own = OwnNumber(number=WARSAW, country="PL", type=NumberType.GEOGRAPHIC, receives_calls=True, makes_calls=False)
    own_numbers.add(connection=connection, carrier=carrier, numbers=[own], actor=adam)
    [(line, reason)] = reasons(connection, ("48221234500", "1", "0"), (WARSAW, "1", "0"))
    assert (line, "Contoso Telecom" in reason) == (3, True)


def test_nothing_is_kept_of_a_file_with_a_wrong_line(connection: Connection, carrier: Carrier) -> None:
    with pytest.raises(Refused):
        kept(connection, carrier, sheet((WARSAW, "1", "0"), ("x", "1", "0")))
    assert not NumberImport.objects.exists()


def test_file_is_imported_once_whoever_asks_again(connection: Connection, carrier: Carrier, adam: User) -> None:
    found = begun(connection, carrier, whole(600), adam)
    importing.begin(number_import=found, actor=adam)
    importing.carry_out(import_id=found.pk)
    importing.carry_out(import_id=found.pk)

    found.refresh_from_db()
    assert (found.state, found.imported, found.skipped) == (State.DONE, 600, 0)
    made = PhoneNumber.objects.filter(carrier=carrier)
    assert (made.count(), made.filter(receives_calls=True, makes_calls=False, country="PL").count()) == (600, 600)
    acts = AuditEntry.objects.filter(act__contains="import").order_by("at").values_list("act", flat=True)
    assert list(acts) == ["import numbers", "import of numbers ended"]


def test_import_that_was_cut_off_goes_on_where_it_stopped(
    connection: Connection, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = begun(connection, carrier, whole(600))
    puts = iter([own_numbers.put])

    def dies(**given: Any) -> None:
        next(puts)(**given)  # the first lot; then StopIteration, in the middle of the second

    monkeypatch.setattr(own_numbers, "put", dies)
    with pytest.raises(StopIteration):
        importing.carry_out(import_id=found.pk)
    monkeypatch.undo()
    found.refresh_from_db()
    assert (found.done, PhoneNumber.objects.filter(carrier=carrier).count()) == (importing.LOT, importing.LOT)

    importing.carry_out(import_id=found.pk)
    assert PhoneNumber.objects.filter(carrier=carrier).count() == 600


def test_number_that_came_by_another_way_meanwhile_is_skipped_and_told(
    connection: Connection, carrier: Carrier, adam: User
) -> None:
    found = begun(connection, carrier, whole(3))
    PhoneNumber.objects.create(connection=connection, number=f"+{numbers(1)[0]}", synced_at=now())

    importing.carry_out(import_id=found.pk)
    found.refresh_from_db()
    assert (found.state, found.imported, found.skipped) == (State.DONE, 2, 1)
    assert [row.line for row in found.rows.all()] == [2]


@pytest.mark.django_db(transaction=True)
def test_number_that_comes_in_the_middle_of_a_lot_waits_until_it_is_through(
    connection: Connection, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync at the same moment: whoever comes second sees what the first has done, and takes nothing over."""
    found = begun(connection, carrier, whole(3))
    can = dict.fromkeys(("receives_sms", "sends_sms", "receives_calls", "makes_calls"), True)
    bought = Number(number=f"+{numbers(1)[0]}", type="geographic", **can)
    put, at_once = own_numbers.put, ThreadPoolExecutor(1)
    syncs = []

    def in_the_middle(**given: Any) -> None:
        syncs.append(at_once.submit(in_its_own_connection, lambda: keep([bought], connection, whole=False)))
        waits_for_a_lock()
        put(**given)

    monkeypatch.setattr(own_numbers, "put", in_the_middle)
    importing.carry_out(import_id=found.pk)
    syncs[0].result(30)
    number = PhoneNumber.objects.get(number=bought.number)
    assert (number.carrier, number.sends_sms) == (None, True)


def in_its_own_connection(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        database.close()


def waits_for_a_lock() -> None:
    waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with psycopg.connect(dsn(), autocommit=True) as watcher:  # a transaction would see one moment of it alone
        until(lambda: watcher.execute(waiting).fetchone())


def test_stopped_import_goes_on_where_it_was(connection: Connection, carrier: Carrier, adam: User) -> None:
    found = begun(connection, carrier, whole(importing.LOT + 5))
    assert importing._lot(found.pk)
    importing.stop(number_import=found, actor=adam)
    importing.carry_out(import_id=found.pk)
    found.refresh_from_db()
    assert (found.state, found.done) == (State.STOPPED, importing.LOT)

    importing.begin(number_import=found, actor=adam)
    importing.carry_out(import_id=found.pk)
    found.refresh_from_db()
    assert (found.state, found.imported) == (State.DONE, importing.LOT + 5)


def test_carrier_whose_numbers_are_being_imported_stays(connection: Connection, carrier: Carrier, adam: User) -> None:
    begun(connection, carrier, whole(3))
    with pytest.raises(Refused, match="being imported"):
        remove_carrier(carrier=carrier, actor=adam)


def test_file_that_nobody_has_imported_goes_with_the_next(connection: Connection, carrier: Carrier) -> None:
    old = kept(connection, carrier, whole(2))
    NumberImport.objects.update(created_at=now() - 2 * importing.WAITS)
    new = kept(connection, carrier, whole(3))
    assert list(NumberImport.objects.all()) == [new]
    assert not ImportRow.objects.filter(number_import_id=old.pk).exists()


def test_import_stops_when_the_resource_is_disconnected(connection: Connection, carrier: Carrier) -> None:
    found = begun(connection, carrier, whole(3))
    Connection.objects.update(disconnected_at=now())
    importing.carry_out(import_id=found.pk)
    found.refresh_from_db()
    assert (found.state, found.imported) == (State.STOPPED, 0)


def test_import_whose_carrier_is_gone_ends(connection: Connection, carrier: Carrier) -> None:
    found = begun(connection, carrier, whole(3))
    carrier.delete()
    importing.carry_out(import_id=found.pk)
    assert not PhoneNumber.objects.filter(number__startswith="+4822123").exists()


def test_what_was_begun_is_not_discarded(connection: Connection, carrier: Carrier) -> None:
    waiting, running = kept(connection, carrier, whole(2)), begun(connection, carrier, whole(2))
    importing.discard(number_import=waiting)
    with pytest.raises(Refused, match="begun"):
        importing.discard(number_import=running)
    assert list(NumberImport.objects.all()) == [running]


def test_largest_file_takes_few_statements(connection: Connection, carrier: Carrier) -> None:
    data = whole(MOST_ROWS)
    with CaptureQueriesContext(database) as checking:
        found = kept(connection, carrier, data)
    assert len(checking) < 15
    importing.begin(number_import=found, actor=None)
    with CaptureQueriesContext(database) as adding:
        importing.carry_out(import_id=found.pk)
    assert len(adding) <= (MOST_ROWS // importing.LOT) * 9
    assert PhoneNumber.objects.filter(carrier=carrier).count() == MOST_ROWS
