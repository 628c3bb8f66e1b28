"""What the published specifications allow, and what they do not, is answered: never by a 500."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from contract import specs
from contract.bundle import Bundle
from localazure_tests.webhooks import TOPIC, Webhooks

pytestmark = pytest.mark.long

EXAMPLES = 25  # requests for each operation
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
STRANGE = "zażółć"
TOPIC_TYPE = "Microsoft.Communication.CommunicationServices"


@pytest.fixture
def document(azure, receiver):
    if specs.folder() is None:
        if specs.required():
            pytest.fail("Azure's specifications are missing and CENTRALA_REQUIRE_SPECS=1", pytrace=False)
        pytest.skip("Azure's specifications are missing (AZURE_SPECS)")
    known = {
        "subscriptionId": [azure.subscription_id],
        "resourceGroupName": [azure.resource_group],
        "communicationServiceName": [azure.acs.resource_name, "another", STRANGE],
        "systemTopicName": [TOPIC, STRANGE],
        "eventSubscriptionName": ["hook", STRANGE],
        "resourceProviderNamespace": ["Microsoft.EventGrid", "Microsoft.Communication", STRANGE],
        "topicTypeName": [TOPIC_TYPE, STRANGE],
        "scope": [azure.acs.resource_id.strip("/"), f"subscriptions/{azure.subscription_id}"],
        "source": [azure.acs.resource_id, STRANGE],
        "topicType": [TOPIC_TYPE, STRANGE],
        "endpointUrl": [receiver().url],
        "location": ["global", "westeurope"],
        "dataLocation": ["Europe"],
        "countryCode": ["US", STRANGE],
        "phoneNumber": [*azure.acs.phone_numbers, STRANGE],
        "from": [azure.acs.phone_numbers[0], STRANGE],
        "to": ["+14255550123", STRANGE],
    }
    return Bundle(specs.specs(), known).document()


@pytest.fixture
def furnish(azure, resources, event_grid, receiver):
    """Brings the cloud back to its seed, with a topic and a subscription: other requests remove such."""
    hook = receiver()

    def furnish() -> None:
        azure.control.post("/_local/reset", json={}).raise_for_status()
        Webhooks(azure, event_grid, resources).put("hook", hook.url).result()

    return furnish


def test_no_request_that_the_specifications_describe_breaks_the_cloud(azure, document, furnish, http, token):
    schema = schemathesis.openapi.from_dict(document)
    broken, asked, succeeded = [], 0, set()

    for result in schema.get_all_operations():
        operation = result.ok()
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
        furnish()

        @QUIET
        @given(case=cases)
        def ask(case):
            nonlocal asked
            asked += 1
            sent = case.as_transport_kwargs(base_url=azure.url, headers={"authorization": f"Bearer {token}"})
            status = _status(http, sent)
            if status < 400:
                succeeded.add(case.operation.label)
            if status >= 500 and status != 501:
                broken.append((case.operation.label, status, str(sent)[:500]))

        ask()

    assert broken == []
    assert asked > EXAMPLES * len(document["paths"])
    assert len(succeeded) > len(document["paths"]) / 2, "most requests did not get far"
    log = (azure.data / "log").read_text(errors="replace")
    assert "Traceback" not in log, log[log.index("Traceback") :][:3000]


def _status(http, sent) -> int:
    sent.pop("cookies", None)
    content = {"content": sent.pop("data")} if "data" in sent else {}
    return http.request(**sent, **content).status_code
