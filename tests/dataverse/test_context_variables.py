"""Work streams and their context variables in the tables."""

from typing import Any

import pytest

from centrala.workstreams.context import ContextVariable
from centrala.workstreams.models import Channel, Queue, QueueKind, Workstream
from dataverse.scene import ANNOTATED, FORMATTED, VARIABLES, WORKSTREAMS, Reader

PARENT, LOOKUP = "msdyn_liveworkstreamid", "_msdyn_liveworkstreamid_value"


def workstream(name: str) -> Workstream:
    queue, _made = Queue.objects.get_or_create(name="Bookings", kind=QueueKind.VOICE)
    return Workstream.objects.create(
        name=name, channel=Channel.VOICE, queue=queue, units=80, wrap_up_seconds=90, code_required=True
    )


@pytest.fixture
def variable(db: None) -> ContextVariable:
    return ContextVariable.objects.create(workstream=workstream("Travel desk"), name="customer_tier")


def told_of(reader: Reader, name: str) -> dict[str, Any]:
    [told] = reader.value(WORKSTREAMS, {"$filter": f"msdyn_name eq '{name}'"}, **ANNOTATED)
    return told


def test_work_stream_is_told_with_how_it_gives_work(reader: Reader, variable: ContextVariable) -> None:
    told = told_of(reader, "Travel desk")

    assert {name: value for name, value in told.items() if name.startswith("msdyn_") and "@" not in name} == {
        "msdyn_liveworkstreamid": told["msdyn_liveworkstreamid"],
        "msdyn_name": "Travel desk",
        "msdyn_mode": 717210001,
        "msdyn_direction": 0,
        "msdyn_workdistributionmode": 192350000,
        "msdyn_capacityrequired": 80,
        "msdyn_enableagentaffinity": False,
        "msdyn_blockcapacityforwrapupinseconds": 90,
        "msdyn_requiredispositioncodeforworkstreamconversations": True,
    }
    assert told[f"msdyn_workdistributionmode@{FORMATTED}"] == "Push"


def test_variable_is_a_text_of_its_work_stream(reader: Reader, variable: ContextVariable) -> None:
    [told] = reader.value(VARIABLES, {"$expand": f"{PARENT}($select=msdyn_name)"}, **ANNOTATED)

    assert (told["msdyn_name"], told["msdyn_displayname"]) == ("customer_tier", "customer_tier")
    assert (told["msdyn_datatype"], told[f"msdyn_datatype@{FORMATTED}"]) == (192350000, "Text")
    assert told[LOOKUP] == told_of(reader, "Travel desk")["msdyn_liveworkstreamid"]
    assert told[PARENT]["msdyn_name"] == told[f"{LOOKUP}@{FORMATTED}"] == "Travel desk"


def test_variables_are_found_by_their_work_stream(reader: Reader, variable: ContextVariable) -> None:
    ContextVariable.objects.create(workstream=workstream("Claims"), name="case")
    claims = told_of(reader, "Claims")["msdyn_liveworkstreamid"]

    assert reader.column("msdyn_name", VARIABLES, filter=f"{PARENT}/{PARENT} eq {claims}") == ["case"]


@pytest.mark.parametrize("name", [WORKSTREAMS, VARIABLES])
def test_change_is_told_by_the_version(reader: Reader, variable: ContextVariable, name: str) -> None:
    before = {one["msdyn_name"]: one["versionnumber"] for one in reader.value(name)}
    Workstream.objects.filter(name="Travel desk").update(units=70)
    ContextVariable.objects.update(description="Gold or silver")
    after = {one["msdyn_name"]: one["versionnumber"] for one in reader.value(name)}

    changed = {one for one in after if after[one] > before[one]}
    assert changed == ({"Travel desk"} if name == WORKSTREAMS else {"customer_tier"})


def test_many_variables_take_no_more_queries(
    reader: Reader, variable: ContextVariable, django_assert_num_queries: Any
) -> None:
    for place in range(3):
        ContextVariable.objects.create(workstream=workstream(f"Line {place}"), name="case")

    with django_assert_num_queries(4):  # session, person, organisation, rows
        assert len(reader.value(VARIABLES)) == 4
