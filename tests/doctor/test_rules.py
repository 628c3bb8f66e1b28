"""Each rule: what it looks at is broken, and it fires alone; what it says is done, and all is as before."""

from urllib.parse import urlsplit

import pytest

from centrala.connection.models import Service
from centrala.doctor.finding import State
from centrala.doctor.rules import RULES
from doctor import breaking
from doctor.breaking import Break
from doctor.scene import Scene

SEVERITY = {rule.id: rule.severity for rule in RULES}
AT_THE_ADDRESS = {"reachable", "certificate", "endpoints-answer", "content-length", "endpoint-current"}
ON_THE_TOPIC = {"service-subscribed", "endpoint-current", "subscription-state", "event-schema", "authentication"}
ON_THE_TOPIC |= {"event-types", "filters", "duplicates", "dead-letter", "call-retries", "message-retries"}
ON_THE_TOPIC |= {"application-ids"}
OF_THE_APPLICATION = {"multi-tenant", "app-role", "role-assigned", "writer", "propagation"}
OF_THE_CONNECTION = {"endpoints-answer", "resource", "azure-subscription", "local-auth", "access-key", "providers"}
OF_THE_CONNECTION |= {"managed-identity", "numbers", "application-exists", "tenants", "system-topic"}
OF_THE_CONNECTION |= {"handshake-seen", "last-delivery", "misdirected"}
OF_THE_CONNECTION |= ON_THE_TOPIC | OF_THE_APPLICATION

# What is broken -> the rule that fires, and those that then cannot be checked: they look at what is not there.
BROKEN: dict[Break, tuple[str, set[str]]] = {
    breaking.licence_ends: ("organization", set()),
    breaking.organization_is_a_trial: ("organization", set()),
    breaking.disconnected: ("connected", OF_THE_CONNECTION),
    breaking.migration_is_missing: ("migrations", set()),
    breaking.keys_are_open: ("secret-files", set()),
    breaking.clock_is_ahead: ("clock", set()),
    breaking.principal_holds_everything: ("hub-principal", set()),
    breaking.address_has_a_path: ("public-url", AT_THE_ADDRESS),
    breaking.address_is_plain: ("public-url", AT_THE_ADDRESS),
    breaking.tunnel: ("tunnel", set()),
    breaking.front_is_down: ("reachable", set()),
    breaking.certificate_is_a_strangers: ("certificate", set()),
    breaking.webhooks_are_blocked: ("endpoints-answer", set()),
    breaking.another_hub_answers: ("endpoints-answer", set()),
    breaking.answers_are_chunked: ("content-length", set()),
    breaking.worker_is_silent: ("worker", set()),
    breaking.no_worker_ever: ("worker", set()),
    breaking.event_waits: ("inbox-waits", set()),
    breaking.event_failed: ("failed-events", set()),
    breaking.dead_letters_cannot_be_read: ("dead-letters-readable", set()),
    breaking.report_is_missing: ("delivery-reports", set()),
    breaking.azure_subscription_is_disabled: ("azure-subscription", set()),
    breaking.resource_is_another: (
        "resource",
        {"local-auth", "managed-identity", "system-topic"} | ON_THE_TOPIC,
    ),
    breaking.keys_are_off: ("local-auth", {"access-key", "numbers"}),
    breaking.key_is_rotated: ("access-key", {"numbers"}),
    breaking.provider_is_unregistered: ("providers", set()),
    breaking.identity_is_off: ("managed-identity", set()),
    breaking.number_of_a_profile_is_released: ("outbound-numbers", set()),
    breaking.number_of_a_profile_was_not_read_anew: ("outbound-numbers", set()),
    breaking.number_of_a_profile_makes_no_calls: ("outbound-numbers", set()),
    breaking.application_is_deleted: ("application-exists", OF_THE_APPLICATION),
    breaking.application_is_for_one_directory: ("multi-tenant", set()),
    breaking.subscription_names_another_application: ("application-ids", set()),
    breaking.organization_moves: ("tenants", set()),
    breaking.event_grid_is_unknown: ("event-grid-principal", {"role-assigned"}),
    breaking.role_excludes_users: ("app-role", set()),
    breaking.event_grid_lost_the_role: ("role-assigned", set()),
    breaking.caller_owns_nothing: ("writer", set()),
    breaking.application_is_new: ("propagation", set()),
    breaking.topic_is_deleted: ("system-topic", ON_THE_TOPIC),
    breaking.subscription_is_deleted: ("service-subscribed", set()),
    breaking.endpoint_is_replaced: ("endpoint-current", set()),
    breaking.handshake_is_not_answered: ("subscription-state", set()),
    breaking.schema_is_cloud_events: ("event-schema", set()),
    breaking.no_entra_authentication: ("authentication", set()),
    breaking.one_type_of_the_pair: ("event-types", set()),
    breaking.types_of_another_service: ("event-types", set()),
    breaking.only_one_number: ("filters", set()),
    breaking.two_subscriptions: ("duplicates", set()),
    breaking.no_dead_letters: ("dead-letter", set()),
    breaking.calls_are_tried_for_a_day: ("call-retries", set()),
    breaking.texts_are_given_up_soon: ("message-retries", set()),
    breaking.endpoint_never_heard_of: ("handshake-seen", set()),
    breaking.delivery_is_refused: ("last-delivery", set()),
    breaking.event_goes_astray: ("misdirected", set()),
}
# The others are as quick, but there are many of them.
ALSO_IN_THE_SHORT_RUN = {
    breaking.worker_is_silent,
    breaking.subscription_names_another_application,
    breaking.one_type_of_the_pair,
}
ROWS = [
    broken if broken in ALSO_IN_THE_SHORT_RUN else pytest.param(broken, marks=pytest.mark.long) for broken in BROKEN
]
# Broken in tests of their own.
ELSEWHERE = {"numbers", "dynamics-entries", "dynamics-subscriptions", "recordings-kept", "recordings-come"}
ELSEWHERE |= {"calls-written-down"}


def test_everything_in_order_is_told_so(in_order: Scene) -> None:
    told = {one.id: one.state for one in in_order.before if one.state is not State.OK}

    assert told == {"dynamics-entries": State.NOT_CHECKED, "dynamics-subscriptions": State.NOT_CHECKED}


def test_no_secret_of_an_endpoint_is_sent_to_an_address_that_may_be_a_stranger_s(in_order: Scene) -> None:
    in_order.hub.front.asked.clear()

    finding = next(one for one in in_order.findings() if one.id == "endpoints-answer")

    asked = {path for path in in_order.hub.front.asked if path.startswith("/hooks/")}
    known = {urlsplit(in_order.endpoint(service).url).path for service in Service}
    assert finding.state is State.OK
    assert {path.rpartition("/")[2] for path in asked} == {path.rpartition("/")[2] for path in known}
    assert asked & known == set()


def test_tenant_of_the_organisation_is_corrected_while_nothing_is_connected(in_order: Scene) -> None:
    with breaking.organization_moves(in_order):
        finding = next(one for one in in_order.findings() if one.id == "tenants")

    assert finding.fix.command == "centrala disconnect"
    assert str(finding.fix.text).startswith("Disconnect the resource, correct the organisation's tenant,")


def test_every_rule_is_broken_by_a_test() -> None:
    assert {rule for rule, _ in BROKEN.values()} | ELSEWHERE == set(SEVERITY)


@pytest.mark.parametrize("broken", ROWS, ids=lambda broken: broken.__name__)
def test_rule_fires_alone_and_its_fix_mends_it(broken: Break, in_order: Scene) -> None:
    rule, silent = BROKEN[broken]

    with broken(in_order):
        changes = in_order.changes()

    assert changes == {rule: SEVERITY[rule]} | dict.fromkeys(silent, State.NOT_CHECKED)
    assert in_order.changes() == {}
