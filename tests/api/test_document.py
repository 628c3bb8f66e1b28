"""What the API's own document describes is what it answers, to what it allows and to what it does not."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode

from api.scene import Talk
from centrala.api import actions
from centrala.api.models import Scope
from centrala.ordering.models import Order
from centrala.organization.models import User

pytestmark = pytest.mark.long
EXAMPLES = 60  # requests for each operation
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def complaints(document: dict[str, Any], operation: Any, answer: Any) -> list[str]:
    described = document["paths"][operation.path][operation.method.lower()]["responses"].get(str(answer.status_code))
    if described is None:
        return [f"{operation.label}: {answer.status_code} is not described"]
    schema = described["content"]["application/json"]["schema"] | {"components": document["components"]}
    return [f"{operation.label}: {one.message}" for one in Draft202012Validator(schema).iter_errors(answer.json())]


def test_every_answer_is_as_described(adam: User, talk: Talk) -> None:
    conversation = talk(1, messages=3)
    message = conversation.messages.first()
    assert message is not None
    _kept, token = actions.issue(owner=adam, name="test", scopes=list(Scope), actor=adam)
    client = Client()
    document = client.get("/api/v1/openapi.json").json()
    ids = {
        "conversation_id": str(conversation.pk),
        "message_id": str(message.pk),
        "campaign_id": "1",
        "number": "+18335550100",
    }
    order = Order.objects.create(connection=conversation.number.connection, kind="purchase", state="found")
    ids["order_id"] = str(order.pk)
    wrong, statuses = list[str](), set[int]()

    def hold(operation: Any) -> None:
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

        @QUIET
        @given(case=cases, real=st.booleans())
        def ask(case: Any, real: bool) -> None:
            if real:
                case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
            sent = case.as_transport_kwargs(base_url="http://testserver", headers={"Authorization": f"Bearer {token}"})
            answer = asked(client, sent)
            if answer.status_code != 405:  # a method that is not the operation's
                statuses.add(answer.status_code)
                wrong.extend(complaints(document, operation, answer))

        ask()

    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        hold(result.ok())

    assert sorted(set(wrong)) == []
    assert statuses >= {200, 202, 404, 422}


def asked(client: Client, sent: dict[str, Any]) -> Any:
    headers = {name: str(value) for name, value in dict(sent["headers"]).items()}
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "application/json")
    body = json.dumps(sent["json"]) if "json" in sent else sent.get("data") or b""
    query = urlencode(sent.get("params") or {}, doseq=True)
    return client.generic(sent["method"], f"{sent['url']}?{query}", body, content_type=kind, headers=headers)
