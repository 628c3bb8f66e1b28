"""Microsoft Entra ID: discovery, keys, tokens for applications and for people who sign in."""
