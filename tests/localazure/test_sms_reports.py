"""Delivery reports: what the magic recipients bring about, and the wait that a sender may limit."""

import pytest

from localazure_tests.acs import CUSTOMER, inbox
from localazure_tests.webhooks import SMS_REPORT

SILENT, SLOW, BLOCKED = "+15005560001", "+15005570001", "+15005580001"


@pytest.fixture
def reports(webhooks, receiver):
    hook = receiver()
    webhooks.put("to-hub", hook.url, filter={"includedEventTypes": [SMS_REPORT]}).result()
    return hook


def told(hook):
    [event] = hook.next().events
    return event["data"]["deliveryStatus"], event["data"]["deliveryStatusDetails"]


@pytest.mark.parametrize(
    ("to", "status", "details"),
    [
        (CUSTOMER, "Delivered", "No error."),
        ("+15005550001", "Failed", "ErrorCode: 4006. ErrorMessage: The Destination/To number isn't reachable"),
        (BLOCKED, "Failed", "Sender blocked for given recipient."),
        ("+15005594005", "Failed", "ErrorCode: 4005. ErrorMessage: Message blocked by Destination carrier"),
        ("+15005591234", "Failed", "ErrorCode: 9999. ErrorMessage: Message failed to deliver due to unknown "
         "error/failure"),
    ],
)  # fmt: skip
def test_report_says_what_became_of_the_text(azure, acs, reports, to, status, details):
    acs.send(to=(to,))

    assert told(reports) == (status, details)


def test_report_counts_the_units_that_arrived(azure, acs, reports):
    acs.send("x" * 161)

    [attempt] = reports.next().events[0]["data"]["deliveryAttempts"]
    assert (attempt["segmentsSucceeded"], attempt["segmentsFailed"]) == (2, 0)


def test_slow_carrier_reports_after_a_minute_and_a_half(azure, acs, reports, advance):
    acs.send(to=(SLOW,))
    acs.send()
    first = reports.next().events[0]["data"]["to"]
    advance(90)

    assert first == CUSTOMER.lstrip("+")
    assert told(reports) == ("Delivered", "No error.")


def test_silent_carrier_is_reported_as_timed_out_when_the_sender_limits_the_wait(azure, acs, reports, advance):
    acs.send(to=(SILENT,), deliveryReportTimeoutInSeconds=60)
    advance(60)

    assert told(reports) == ("Failed", "ErrorCode: 5002. ErrorMessage: Message Delivery Timeout")
    assert inbox(azure, SILENT)[0]["state"] == "delivered"


def test_report_after_the_time_out_is_not_told(azure, acs, reports, advance):
    acs.send(to=(SLOW,), deliveryReportTimeoutInSeconds=60)
    advance(60)
    timed_out = told(reports)
    advance(60)
    acs.send()

    assert timed_out[1].startswith("ErrorCode: 5002.")
    assert reports.next().events[0]["data"]["to"] == CUSTOMER.lstrip("+")
    assert inbox(azure, SLOW)[0]["state"] == "delivered"


def test_report_in_time_ends_the_wait(azure, acs, reports, advance):
    acs.send(deliveryReportTimeoutInSeconds=60)
    delivered = told(reports)
    advance(120)
    acs.send()

    assert delivered == ("Delivered", "No error.")
    assert told(reports) == ("Delivered", "No error.")
