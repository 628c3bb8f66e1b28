"""Azure's built-in roles, as many as customer service meets.

https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

from localazure.records.roles import Permission, RoleDefinition

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"

EVENT_SUBSCRIPTION_READS = (
    "Microsoft.EventGrid/topicTypes/eventSubscriptions/read",
    "Microsoft.EventGrid/locations/eventSubscriptions/read",
    "Microsoft.EventGrid/locations/topicTypes/eventSubscriptions/read",
)
AROUND_EVENTS = (
    "Microsoft.Authorization/*/read",
    "Microsoft.Insights/alertRules/*",
    "Microsoft.Resources/deployments/*",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Support/*",
)

CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"


def _role(guid: str, name: str, description: str, permission: Permission) -> RoleDefinition:
    return RoleDefinition(id=guid, name=name, description=description, permissions=(permission,), built_in=True)


BUILT_IN = {
    role.id: role
    for role in (
        _role(
            OWNER,
            "Owner",
            "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
            Permission(actions=("*",)),
        ),
        _role(
            CONTRIBUTOR,
            "Contributor",
            "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage "
            "assignments in Azure Blueprints, or share image galleries.",
            Permission(
                actions=("*",),
                not_actions=(
                    "Microsoft.Authorization/*/Delete",
                    "Microsoft.Authorization/*/Write",
                    "Microsoft.Authorization/elevateAccess/Action",
                    "Microsoft.Blueprint/blueprintAssignments/write",
                    "Microsoft.Blueprint/blueprintAssignments/delete",
                    "Microsoft.Compute/galleries/share/action",
                ),
            ),
        ),
        _role(
            READER,
            "Reader",
            "View all resources, but does not allow you to make any changes.",
            Permission(actions=("*/read",)),
        ),
        _role(
            "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
            "User Access Administrator",
            "Lets you manage user access to Azure resources.",
            Permission(actions=("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*")),
        ),
        _role(
            "1e241071-0855-49ea-94dc-649edcd759de",
            "EventGrid Contributor",
            "Lets you manage EventGrid operations.",
            Permission(actions=(*AROUND_EVENTS, "Microsoft.EventGrid/*")),
        ),
        _role(
            "428e0ff0-5e57-4d9c-a221-2c70d0e0a443",
            "EventGrid EventSubscription Contributor",
            "Lets you manage EventGrid event subscription operations.",
            Permission(actions=(*AROUND_EVENTS, "Microsoft.EventGrid/eventSubscriptions/*", *EVENT_SUBSCRIPTION_READS)),
        ),
        _role(
            "2414bbcf-6497-4faf-8c65-045460748405",
            "EventGrid EventSubscription Reader",
            "Lets you read EventGrid event subscriptions.",
            Permission(
                actions=(
                    "Microsoft.Authorization/*/read",
                    "Microsoft.EventGrid/eventSubscriptions/read",
                    *EVENT_SUBSCRIPTION_READS,
                    "Microsoft.Resources/subscriptions/resourceGroups/read",
                )
            ),
        ),
        _role(
            "d5a91429-5739-47e2-a06b-3470a27159e7",
            "EventGrid Data Sender",
            "Allows send access to event grid events.",
            Permission(
                actions=(
                    "Microsoft.Authorization/*/read",
                    "Microsoft.EventGrid/topics/read",
                    "Microsoft.EventGrid/domains/read",
                    "Microsoft.EventGrid/partnerNamespaces/read",
                    "Microsoft.Resources/subscriptions/resourceGroups/read",
                ),
                data_actions=("Microsoft.EventGrid/events/send/action",),
            ),
        ),
        _role(
            "17d1049b-9a84-46fb-8f53-869881c3d3ab",
            "Storage Account Contributor",
            "Lets you manage storage accounts, including accessing storage account keys which provide full access to "
            "storage account data.",
            Permission(
                actions=(
                    "Microsoft.Authorization/*/read",
                    "Microsoft.Insights/alertRules/*",
                    "Microsoft.Insights/diagnosticSettings/*",
                    "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
                    "Microsoft.ResourceHealth/availabilityStatuses/read",
                    "Microsoft.Resources/deployments/*",
                    "Microsoft.Resources/subscriptions/resourceGroups/read",
                    "Microsoft.Storage/storageAccounts/*",
                    "Microsoft.Support/*",
                )
            ),
        ),
        _role(
            "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
            "Storage Blob Data Owner",
            "Allows for full access to Azure Storage blob containers and data, including assigning POSIX access "
            "control.",
            Permission(
                actions=(
                    f"{CONTAINERS}/*",
                    "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
                ),
                data_actions=(f"{CONTAINERS}/blobs/*",),
            ),
        ),
        _role(
            "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
            "Storage Blob Data Contributor",
            "Allows for read, write and delete access to Azure Storage blob containers and data",
            Permission(
                actions=(
                    f"{CONTAINERS}/delete",
                    f"{CONTAINERS}/read",
                    f"{CONTAINERS}/write",
                    "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
                ),
                data_actions=tuple(
                    f"{CONTAINERS}/blobs/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")
                ),
            ),
        ),
        _role(
            "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
            "Storage Blob Data Reader",
            "Allows for read access to Azure Storage blob containers and data",
            Permission(
                actions=(
                    f"{CONTAINERS}/read",
                    "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
                ),
                data_actions=(f"{CONTAINERS}/blobs/read",),
            ),
        ),
    )
}
