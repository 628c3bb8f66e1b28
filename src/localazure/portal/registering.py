"""Making a resource as the Azure portal does: an unregistered provider is registered on the way.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types
"""

from localazure.errors import NOT_REGISTERED, ServiceError
from localazure.pipeline import Reply
from localazure.portal.visit import Visit


async def put(visit: Visit, path: str, body: object) -> Reply:
    """Where registering takes its time, the refusal stays."""
    try:
        return await visit.do("PUT", path, body)
    except ServiceError as error:
        if error.code != NOT_REGISTERED.code:
            raise
    subscription, namespace = path.split("/")[2], path.rpartition("/providers/")[2].split("/")[0]
    await visit.do("POST", f"/subscriptions/{subscription}/providers/{namespace}/register")
    return await visit.do("PUT", path, body)
