"""The names under which tokens for Microsoft's own APIs are asked, without the slash at the end."""

MANAGEMENT = frozenset({"https://management.azure.com", "https://management.core.windows.net"})
GRAPH = frozenset({"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"})
STORAGE = frozenset({"https://storage.azure.com"})
COMMUNICATION = frozenset({"https://communication.azure.com"})
