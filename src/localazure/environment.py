"""The environment in which Microsoft's SDKs and the az command line find this cloud."""

from pathlib import Path
from typing import Any


def variables(facts: dict[str, Any], data: Path) -> dict[str, str]:  # the ready file's JSON
    """Names and values. az keeps its own configuration beside the data, away from the user's real one."""
    url = facts["url"]
    values = {
        "REQUESTS_CA_BUNDLE": facts["ca_bundle_with_public"],
        "SSL_CERT_FILE": facts["ca_bundle_with_public"],
        "AZURE_CONFIG_DIR": str(data / "az"),
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_AUTHORITY_HOST": url,
        "AZURE_TENANT_ID": facts["tenant_id"],
        "AZURE_CLIENT_ID": facts["client_id"],
        "AZURE_CLIENT_SECRET": facts["client_secret"],
        "AZURE_SUBSCRIPTION_ID": facts["subscription_id"],
        "AZURE_RESOURCE_GROUP": facts["resource_group"],
        "AZURE_RESOURCE_MANAGER": url,
        "AZURE_GRAPH": url,
        "AZURE_CALL_AUTOMATION": url,
        "LOCALAZURE_PORTAL": facts["portal"],
    }
    if acs := facts["acs"]:
        values["COMMUNICATION_SERVICES_CONNECTION_STRING"] = acs["connection_string"]
        values["ACS_RESOURCE_ID"] = acs["resource_id"]
    return {name: value for name, value in values.items() if value}  # a seed need not have a resource group
