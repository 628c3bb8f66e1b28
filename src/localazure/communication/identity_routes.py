"""The paths of identities: https://learn.microsoft.com/rest/api/communication/identity/"""

from localazure.communication import identity
from localazure.communication.identity import CreateBody, TokenBody
from localazure.pipeline import Call, Reply
from localazure.records.resources import CommunicationService
from localazure.routing import Route
from localazure.world import World


def create_identity(world: World, call: Call) -> Reply:
    asked = call.json(CreateBody) if call.body else CreateBody()
    resource = _resource(world, call)
    made = identity.create(world, resource)
    body: dict[str, object] = {"identity": {"id": made.id}}
    if asked.create_token_with_scopes:
        wanted = TokenBody(scopes=asked.create_token_with_scopes, expires_in_minutes=asked.expires_in_minutes)
        body["accessToken"] = identity.issue(world, resource, made, wanted)
    return Reply(status=201, body=body)


def delete_identity(world: World, call: Call) -> Reply:
    identity.delete(world, _resource(world, call), call.params["identity"])
    return Reply(status=204)


def issue_token(world: World, call: Call) -> Reply:
    resource, asked = _resource(world, call), call.json(TokenBody)
    return Reply(body=identity.issue(world, resource, identity.find(world, resource, call.params["identity"]), asked))


def revoke_tokens(world: World, call: Call) -> Reply:
    identity.revoke(world, _resource(world, call), call.params["identity"])
    return Reply(status=204)


def _resource(world: World, call: Call) -> CommunicationService:
    return world.communication[call.caller.resource]


ROUTES = [
    Route("POST", "/identities", create_identity),
    Route("DELETE", "/identities/{identity}", delete_identity),
    Route("POST", "/identities/{identity}/:issueAccessToken", issue_token),
    Route("POST", "/identities/{identity}/:revokeAccessTokens", revoke_tokens),
]
