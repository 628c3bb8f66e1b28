"""Microsoft's own applications, which every tenant knows.

https://learn.microsoft.com/graph/permissions-reference
https://learn.microsoft.com/troubleshoot/entra/entra-id/governance/verify-first-party-apps-sign-in
"""

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

APPLICATION_WRITE = "Application.ReadWrite.All"
ASSIGNMENT_WRITE = "AppRoleAssignment.ReadWrite.All"
DIRECTORY_READ = "Directory.Read.All"

GRAPH_ROLES = {
    "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9": APPLICATION_WRITE,
    "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30": "Application.Read.All",
    "18a4783c-866b-4cc7-a460-3d5e5662c884": "Application.ReadWrite.OwnedBy",
    "06b708a9-e830-4db3-a914-8e69da51d44f": ASSIGNMENT_WRITE,
    "7ab1d382-f21e-4acd-a863-ba3e13f7da61": DIRECTORY_READ,
    "19dbc75e-c2e2-444c-a770-ec69d8559fc7": "Directory.ReadWrite.All",
    "df021288-bdef-4463-88db-98f22de89214": "User.Read.All",
}

# Programs on a person's own machine: no secret, no redirect but to that machine.
PUBLIC_CLIENTS = {
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46": "Microsoft Azure CLI",
    "1950a258-227b-4e31-a9cf-717495945fc2": "Microsoft Azure PowerShell",
}


def graph_app_roles() -> list[dict[str, object]]:
    return [
        {
            "id": guid,
            "value": value,
            "displayName": value,
            "description": value,
            "allowedMemberTypes": ["Application"],
            "isEnabled": True,
            "origin": "Application",
        }
        for guid, value in GRAPH_ROLES.items()
    ]
