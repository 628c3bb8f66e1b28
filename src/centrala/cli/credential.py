"""The hub's own principal, where the environment or centrala.toml names one."""

from azure.core.credentials import TokenCredential

from centrala.installation import Installation


def own_credential() -> TokenCredential | None:
    """From AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; None where one of them is missing."""
    installation = Installation.here()
    names = ("tenant_id", "client_id", "client_secret")
    values = {name: installation.setting(f"AZURE_{name.upper()}", f"azure_{name}") for name in names}
    return installation.cloud.client_secret_credential(**values) if all(values.values()) else None
