"""Microsoft Graph: applications, service principals, app roles and people."""
