"""Advanced filters: what they let through, and which are refused."""

import pytest

from localazure_tests.waiting import deliveries
from localazure_tests.webhooks import put_as_it_is, subscription_body

RECORDING = "Microsoft.Communication.RecordingFileStatusUpdated"
FILE = {
    "recordingStorageInfo": {"recordingChunks": [{"documentId": "0-weu-d4", "index": 0}]},
    "recordingDurationMs": 1500,
    "recordingStartTime": "2026-08-20T09:16:02.11Z",
    "sessionEndReason": "CallEnded",
}
JOB = "Microsoft.Communication.RouterJobReceived"
JOB_DATA = {"unavailableForMatching": True, "tags": {"Colour": "Green"}, "requestedWorkerSelectors": []}


def rule(operator, key, **values):
    return {"operatorType": operator, "key": key, **values}


NUMBERS = [
    (rule("NumberIn", "data.recordingDurationMs", values=[1, 1500]), True),
    (rule("NumberIn", "data.recordingDurationMs", values=[1, 2]), False),
    (rule("NumberIn", "data.nothing", values=[1]), False),
    (rule("NumberNotIn", "data.recordingDurationMs", values=[1, 1500]), False),
    (rule("NumberNotIn", "data.recordingDurationMs", values=[1, 2]), True),
    (rule("NumberNotIn", "data.nothing", values=[1]), True),
    (rule("NumberLessThan", "data.recordingDurationMs", value=1500), False),
    (rule("NumberLessThan", "data.recordingDurationMs", value=1500.5), True),
    (rule("NumberGreaterThan", "data.recordingDurationMs", value=1500), False),
    (rule("NumberGreaterThan", "data.recordingDurationMs", value=-3), True),
    (rule("NumberLessThanOrEquals", "data.recordingDurationMs", value=1500), True),
    (rule("NumberLessThanOrEquals", "data.recordingDurationMs", value=1499), False),
    (rule("NumberGreaterThanOrEquals", "data.recordingDurationMs", value=1500), True),
    (rule("NumberGreaterThanOrEquals", "data.recordingDurationMs", value=1501), False),
    (rule("NumberGreaterThan", "subject", value=1), False),
    (rule("NumberInRange", "data.recordingDurationMs", values=[[1, 2], [1500, 1600]]), True),
    (rule("NumberInRange", "data.recordingDurationMs", values=[[1, 2]]), False),
    (rule("NumberNotInRange", "data.recordingDurationMs", values=[[1, 2], [1500, 1600]]), False),
    (rule("NumberNotInRange", "data.recordingDurationMs", values=[[1, 2]]), True),
    (rule("NumberNotInRange", "data.nothing", values=[[1, 2]]), False),
]
TEXTS = [
    (rule("StringContains", "data.sessionEndReason", values=["zzz", "LLEN"]), True),
    (rule("StringContains", "data.sessionEndReason", values=["zzz"]), False),
    (rule("StringNotContains", "data.sessionEndReason", values=["zzz", "LLEN"]), False),
    (rule("StringNotContains", "data.sessionEndReason", values=["zzz"]), True),
    (rule("StringNotContains", "data.nothing", values=["zzz"]), False),
    (rule("StringBeginsWith", "data.sessionEndReason", values=["cALL"]), True),
    (rule("StringBeginsWith", "data.sessionEndReason", values=["Ended"]), False),
    (rule("StringNotBeginsWith", "data.sessionEndReason", values=["cALL"]), False),
    (rule("StringNotBeginsWith", "data.sessionEndReason", values=["Ended"]), True),
    (rule("StringEndsWith", "data.sessionEndReason", values=["ended"]), True),
    (rule("StringEndsWith", "data.sessionEndReason", values=["Call"]), False),
    (rule("StringNotEndsWith", "data.sessionEndReason", values=["ended"]), False),
    (rule("StringNotEndsWith", "data.sessionEndReason", values=["Call"]), True),
    (rule("StringIn", "data.sessionEndReason", values=["callended"]), True),
    (rule("StringIn", "data.sessionEndReason", values=["call"]), False),
    (rule("StringIn", "data.recordingDurationMs", values=["1500"]), False),
    (rule("StringNotIn", "data.sessionEndReason", values=["callended"]), False),
    (rule("StringNotIn", "data.nothing", values=["callended"]), True),
    (rule("StringIn", "Subject", values=["/A/b"]), True),
    (rule("StringIn", "eventType", values=[RECORDING.upper()]), True),
    (rule("StringContains", "topic", values=["communicationservices"]), True),
    (rule("StringIn", "dataversion", values=["1.0"]), True),
    (rule("StringContains", "data.SESSIONENDREASON", values=["call"]), True),
]
OTHERS = [
    (rule("IsNullOrUndefined", "data.nothing"), True),
    (rule("IsNullOrUndefined", "data.sessionEndReason"), False),
    (rule("IsNotNull", "data.nothing"), False),
    (rule("IsNotNull", "data.sessionEndReason"), True),
    (rule("IsNotNull", "data.recordingStorageInfo"), True),
    (rule("StringContains", "data.recordingStorageInfo.recordingChunks", values=["a"]), False),
]
BOOLS = [
    (rule("BoolEquals", "data.unavailableForMatching", value=True), True),
    (rule("BoolEquals", "data.unavailableForMatching", value=False), False),
    (rule("NumberIn", "data.unavailableForMatching", values=[1]), False),
    (rule("StringIn", "data.tags.colour", values=["green"]), True),
]
OPERATORS = {rule["operatorType"] for rule, _ in (*NUMBERS, *TEXTS, *OTHERS, *BOOLS)}


def who_hears(azure, webhooks, hook, filters, kind, data):
    """The places of those filters, each on a subscription of its own, that let the event through."""
    pollers = [
        webhooks.put(f"rule-{place}", hook.url, filter={"includedEventTypes": [], **each})
        for place, each in enumerate(filters)
    ]
    for poller in pollers:
        poller.result()
    body = {"event_type": kind, "subject": "/a/B", "data": data}
    azure.control.post("/_local/events", json=body).raise_for_status()
    names = [place for place in range(len(filters)) if deliveries(azure, f"rule-{place}")]
    for _ in names:
        hook.next()
    return names


@pytest.mark.parametrize(
    ("table", "kind", "data"),
    [(NUMBERS, RECORDING, FILE), (TEXTS, RECORDING, FILE), (OTHERS, RECORDING, FILE), (BOOLS, JOB, JOB_DATA)],
    ids=["numbers", "texts", "presence", "bools"],
)
def test_advanced_filters_let_through_what_they_say(azure, webhooks, receiver, table, kind, data):
    heard = who_hears(azure, webhooks, receiver(), [{"advancedFilters": [each]} for each, _ in table], kind, data)

    assert [(each, place in heard) for place, (each, _) in enumerate(table)] == table


def test_advanced_filters_have_all_nineteen_operators():
    assert len(OPERATORS) == 19


def test_advanced_filters_look_into_lists_only_when_told(azure, webhooks, receiver):
    kind = "Microsoft.Communication.RouterWorkerUpdated"
    data = {"updatedWorkerProperties": ["AvailableForOffers", "Tags"]}
    has, lacks = (rule(name, "data.updatedWorkerProperties", values=["tags"]) for name in ("StringIn", "StringNotIn"))
    told = {"enableAdvancedFilteringOnArrays": True}
    filters = [
        {"advancedFilters": [has]},
        {"advancedFilters": [lacks]},
        {"advancedFilters": [has], **told},
        {"advancedFilters": [lacks], **told},
        {"advancedFilters": [lacks | {"values": ["labels"]}], **told},
    ]

    assert who_hears(azure, webhooks, receiver(), filters, kind, data) == [2, 4]


def test_advanced_filters_must_all_agree(azure, webhooks, receiver):
    yes, no = rule("StringIn", "subject", values=["x", "/a/b"]), rule("StringIn", "subject", values=["x"])
    filters = [{"advancedFilters": each} for each in ([yes, yes], [yes, no], [])]

    assert who_hears(azure, webhooks, receiver(), filters, RECORDING, FILE) == [0, 2]


def test_advanced_filters_are_shown_as_they_were_asked_for(webhooks, receiver):
    asked = [rule("StringIn", "subject", values=["a"]), rule("NumberInRange", "data.x", values=[[1, 2.5]])]
    webhooks.put("to-hub", receiver().url, filter={"advancedFilters": [*asked, rule("IsNotNull", "data.x")]}).result()

    shown = webhooks.get("to-hub").filter.advanced_filters

    assert [each.operator_type for each in shown] == ["StringIn", "NumberInRange", "IsNotNull"]
    assert (shown[0].values, shown[1].values) == (["a"], [[1, 2.5]])


def test_filter_without_event_types_is_filled_with_the_topic_types_own(webhooks, receiver):
    webhooks.put("to-hub", receiver().url, filter={"includedEventTypes": None}).result()

    types = webhooks.get("to-hub").filter.included_event_types

    assert len(types) == 47
    assert "Microsoft.Communication.IncomingCall" in types


MANY = [rule("StringIn", "subject", values=["a"])]


@pytest.mark.parametrize(
    "rules",
    [
        MANY * 26,
        [rule("StringIn", "subject", values=["a"] * 26)],
        [rule("StringIn", "subject", values=["a"] * 13), rule("StringIn", "topic", values=["a"] * 13)],
        [rule("StringIn", "subject", values=["a" * 513])],
        [rule("StringIn", "subject", values=[])],
        [rule("StringIn", "subject", values=[1])],
        [rule("StringIn", "subject", value="a")],
        [rule("NumberIn", "data.x", values=["1"])],
        [rule("NumberIn", "data.x", values=[True])],
        [rule("NumberLessThan", "data.x", values=[1])],
        [rule("NumberLessThan", "data.x", value="1")],
        [rule("NumberInRange", "data.x", values=[1, 2])],
        [rule("NumberInRange", "data.x", values=[[1, 2, 3]])],
        [rule("NumberInRange", "data.x", values=[[5, 1]])],
        [rule("NumberNotInRange", "data.x", values=[[1, 5], [2.5, 2]])],
        [rule("StringIn", f"data.{'x' * 508}", values=["a"])],
        [rule("BoolEquals", "data.x", value="true")],
        [rule("IsNotNull", "data.x", value=1)],
        [rule("StringMatches", "data.x", values=["a"])],
        [rule("StringIn", "colour", values=["a"])],
        [rule("StringIn", "data", values=["a"])],
        [rule("StringIn", "data..x", values=["a"])],
        [rule("StringIn", "subject.x", values=["a"])],
        [rule("StringIn", "subject", values=["a"], colour="green")],
    ],
)
def test_advanced_filter_past_its_limits_is_refused(webhooks, azure, http, token, rules):
    body = subscription_body("https://localhost/", filter={"advancedFilters": rules})

    answer = put_as_it_is(azure, http, token, "to-hub", body)  # the client would leave out what it does not know

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in {"InvalidRequest", "InvalidRequestContent"}
    assert webhooks.list() == []


@pytest.mark.parametrize(
    "properties",
    [
        {"labels": ["a" * 513]},
        {"labels": ["a"] * 101},
        {"filter": {"subjectBeginsWith": "a" * 513}},
        {"filter": {"subjectEndsWith": "a" * 513}},
        {"filter": {"includedEventTypes": [RECORDING] * 101}},
    ],
)
def test_more_text_than_a_subscription_needs_is_refused(webhooks, azure, http, token, properties):
    body = subscription_body("https://localhost/")
    body["properties"] |= properties

    answer = put_as_it_is(azure, http, token, "to-hub", body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequestContent")
    assert webhooks.list() == []
