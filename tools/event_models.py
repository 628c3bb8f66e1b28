"""Makes localazure's table of Communication Services events from Microsoft's specification of their data.

    python tools/event_models.py FOLDER

FOLDER has the files of Azure/azure-rest-api-specs (MIT licence) with `__` for `/` in their names. Types in the table
are string, datetime, integer, number, boolean, object; `Name` of another model; `[T]` a list, `{T}` an object with
free keys.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

SOURCE = "eventgrid__data-plane__Microsoft.Communication__stable__2018-01-01__AzureCommunicationServices.json"
COMMON = "communication__data-plane__Common__stable__*__common.json"
TABLE = Path(__file__).parent.parent / "src/localazure/eventgrid/event_models.json"
EVENT = re.compile(r"for an? (Microsoft\.Communication\.\w+) event")
PLAIN = {"string", "integer", "number", "boolean"}
# In Microsoft's documentation of the event, not in its specification.
DOCUMENTED = {"AcsSmsReceivedEventData": {"segmentCount": "integer"}}

Json = dict[str, Any]  # Swagger's objects


def table(folder: Path) -> Json:
    own = json.loads((folder / SOURCE).read_text())["definitions"]
    shared = {
        name: one
        for path in sorted(folder.glob(COMMON))
        for name, one in json.loads(path.read_text())["definitions"].items()
    }
    definitions = shared | own
    events = {match[1]: name for name, one in own.items() if (match := EVENT.search(one.get("description", "")))}
    models: dict[str, Json] = {}
    waiting = sorted(set(events.values()))
    while waiting:
        name = waiting.pop()
        if name not in models:
            models[name] = _model(definitions, name)
            waiting += re.findall(r"[A-Z]\w+", " ".join(models[name]["properties"].values()))
    return {
        "source": "Derived from Azure/azure-rest-api-specs, " + SOURCE.replace("__", "/"),
        "licence": "MIT, Copyright (c) Microsoft Corporation",
        "events": dict(sorted(events.items())),
        "models": dict(sorted(models.items())),
    }


def _model(definitions: Json, name: str) -> Json:
    properties, required = _members(definitions, definitions[name])
    made: Json = {"properties": properties | DOCUMENTED.get(name, {})}
    return made | ({"required": sorted(required)} if required else {})


def _members(definitions: Json, one: Json) -> tuple[dict[str, str], set[str]]:
    properties: dict[str, str] = {}
    required = set(one.get("required", ()))
    for parent in one.get("allOf", ()):
        inherited, needed = _members(definitions, definitions[_name(parent)])
        properties |= inherited
        required |= needed
    return properties | {key: _type(definitions, value) for key, value in one.get("properties", {}).items()}, required


def _type(definitions: Json, value: Json) -> str:
    if "$ref" in value:
        name = _name(value)
        target = definitions[name]
        return name if "properties" in target or "allOf" in target else _type(definitions, target)
    if value.get("type") == "array":
        return f"[{_type(definitions, value['items'])}]"
    if isinstance(value.get("additionalProperties"), dict):
        return f"{{{_type(definitions, value['additionalProperties'])}}}"
    if value.get("format") == "date-time":
        return "datetime"
    return value["type"] if value.get("type") in PLAIN else "object"


def _name(reference: Json) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


if __name__ == "__main__":
    TABLE.write_text(json.dumps(table(Path(sys.argv[1])), indent=1) + "\n")
