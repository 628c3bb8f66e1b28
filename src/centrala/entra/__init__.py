"""Whom Microsoft Entra ID vouches for: a tenant's keys and the bearer tokens signed with them. No Django."""
