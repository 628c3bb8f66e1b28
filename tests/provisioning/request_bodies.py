"""What Microsoft's specifications let a request hold: a deployment sends each resource of a template as such a body."""

from typing import Any

import jsonschema
import pytest
from contract import specs
from contract.conversion import Converter
from contract.specs import Json

EVENT_GRID = "eventgrid__arm__Microsoft.EventGrid__stable__2022-06-15__EventGrid.json"
DEFINITIONS = {
    "Microsoft.EventGrid/systemTopics": "SystemTopic",
    "Microsoft.EventGrid/systemTopics/eventSubscriptions": "EventSubscription",
}
OF_THE_TEMPLATE = {"type", "apiVersion", "name", "dependsOn"}  # the others are the body


class Requests(Converter):
    """Secrets are given; what only Azure says is not."""

    def _property(self, file: str, node: Json) -> Json:
        return {"not": {}, "$comment": "read only"} if node.get("readOnly") else self.schema(file, node)


def validate(resource: dict[str, Any]) -> None:
    """Raises jsonschema.ValidationError, also for a property that the resource does not have."""
    if specs.folder() is None:
        if specs.required():
            pytest.fail("Azure's specifications are missing and CENTRALA_REQUIRE_SPECS=1", pytrace=False)
        pytest.skip("Azure's specifications are missing (AZURE_SPECS)")
    converter = Requests(specs.specs())
    schema = converter.schema(EVENT_GRID, {"$ref": f"#/definitions/{DEFINITIONS[resource['type']]}"})
    body = {name: value for name, value in resource.items() if name not in OF_THE_TEMPLATE}
    jsonschema.Draft202012Validator({**schema, "$defs": converter.definitions}).validate(body)
