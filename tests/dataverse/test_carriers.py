"""An own carrier's numbers in the tables: the carrier has a row, and its numbers point to it."""

from typing import Any
from uuid import UUID

import pytest

from centrala.connection.models import Connection
from centrala.dataverse import actions
from centrala.dataverse.models import ApplicationRole
from centrala.numbers.models import Carrier, NumberType, PhoneNumber
from dataverse.scene import ANNOTATED, CARRIERS, FORMATTED, NUMBERS, Reader, error
from dataverse.test_callers import program
from hooks.scene import CLIENT, Entra

LOOKUP, ID = "_msdyn_carrierid_value", "msdyn_occarrierid"
OWN = "+14255550177"


def own_number(connection: Connection, carrier: Carrier, number: str) -> None:
    PhoneNumber.objects.create(
        connection=connection,
        carrier=carrier,
        number=number,
        type=NumberType.GEOGRAPHIC,
        receives_calls=True,
        makes_calls=True,
    )


@pytest.fixture
def carrier(connection: Connection) -> Carrier:
    made = Carrier.objects.create(name="Fabrikam Telecom")
    own_number(connection, made, OWN)
    return made


def number(reader: Reader, **query: object) -> dict[str, Any]:
    asked = {"$filter": f"msdyn_phonenumber eq '{OWN}'", **{f"${name}": value for name, value in query.items()}}
    return reader.value(NUMBERS, asked, **ANNOTATED)[0]


def test_carrier_is_told_with_the_columns_of_every_table(reader: Reader, carrier: Carrier) -> None:
    [told] = reader.value(CARRIERS)

    assert (told["msdyn_name"], told["statecode"], told["statuscode"]) == ("Fabrikam Telecom", 0, 1)
    assert reader.get(f"{CARRIERS}({told[ID]})").json()["msdyn_name"] == "Fabrikam Telecom"


def test_carriers_number_is_directly_routed_and_points_to_it(reader: Reader, carrier: Carrier) -> None:
    [told] = reader.value(CARRIERS)
    found = number(reader)

    assert found["msdyn_ocphonenumbersource"] == 192350001
    assert found[f"msdyn_ocphonenumbersource@{FORMATTED}"] == "Direct Routing"
    assert (found[LOOKUP], found[f"{LOOKUP}@{FORMATTED}"]) == (told[ID], "Fabrikam Telecom")
    assert found[f"{LOOKUP}@Microsoft.Dynamics.CRM.lookuplogicalname"] == "msdyn_occarrier"


def test_carrier_is_expanded_and_filtered_by(reader: Reader, carrier: Carrier) -> None:
    [told] = reader.value(CARRIERS)
    by_carrier = f"msdyn_carrierid/{ID} eq {told[ID]}"

    assert number(reader, expand="msdyn_carrierid($select=msdyn_name)")["msdyn_carrierid"]["msdyn_name"] == carrier.name
    assert reader.column("msdyn_phonenumber", NUMBERS, filter=by_carrier) == [OWN]
    assert OWN not in reader.column("msdyn_phonenumber", NUMBERS, filter=f"{LOOKUP} eq null")


def test_carrier_keeps_its_id_and_tells_a_change(reader: Reader, carrier: Carrier) -> None:
    [before] = reader.value(CARRIERS)
    carrier.name = "Contoso Lines"
    carrier.save()
    [after] = reader.value(CARRIERS)

    assert after[ID] == before[ID]
    assert (before["msdyn_name"], after["msdyn_name"]) == ("Fabrikam Telecom", "Contoso Lines")
    assert after["versionnumber"] > before["versionnumber"]


def test_relationship_leads_from_numbers_to_carriers(reader: Reader) -> None:
    [told] = reader.value(f"EntityDefinitions(LogicalName='{CARRIERS[:-1]}')/OneToManyRelationships")

    assert told["SchemaName"] == "msdyn_msdyn_occarrier_msdyn_ocphonenumber_carrierid"
    assert (told["ReferencingEntity"], told["ReferencingEntityNavigationPropertyName"]) == (
        "msdyn_ocphonenumber",
        "msdyn_carrierid",
    )


def test_numbers_of_many_carriers_take_no_more_queries(
    reader: Reader, connection: Connection, carrier: Carrier, django_assert_num_queries: Any
) -> None:
    for place in range(3):
        own_number(connection, Carrier.objects.create(name=f"Carrier {place}"), f"+1425555020{place}")

    with django_assert_num_queries(4):  # session, person, organisation, rows
        told = reader.value(NUMBERS)
    assert len({one[LOOKUP] for one in told}) == 5


def test_omnichannel_agent_reads_a_carriers_name_by_its_numbers_alone(entra: Entra, carrier: Carrier) -> None:
    actions.register(application_id=UUID(CLIENT), name="Dialler", role=ApplicationRole.AGENT, actor=None)
    reader = program(entra)

    assert number(reader)[f"{LOOKUP}@{FORMATTED}"] == carrier.name
    for path, query in ((CARRIERS, {}), (NUMBERS, {"$expand": "msdyn_carrierid"})):
        assert error(reader.get(path, query))[:2] == (403, "0x80040220")
