"""Microsoft Entra ID: discovery, keys, client-credentials tokens."""
