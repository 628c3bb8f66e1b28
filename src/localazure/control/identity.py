"""The control API's part for people, tokens, subscriptions and the spreading of applications."""

from typing import Annotated

import msgspec

from localazure.arm import roles
from localazure.control.openapi import Described
from localazure.control.shapes import Done
from localazure.entra import tokens
from localazure.errors import INVALID_CONTROL
from localazure.pipeline import Call, Reply
from localazure.records.people import Propagation
from localazure.world import World


class SubscriptionBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The first subscription unless `id` names another."""

    state: Annotated[str, msgspec.Meta(pattern="^(Enabled|Warned|Disabled)$")]
    id: str = ""


class PropagationBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """For applications that are made from now on; those already waiting keep their time."""

    seconds: Annotated[float, msgspec.Meta(ge=0, le=86_400)]


class ExpireBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Access tokens of this client, everybody's without; `refresh_tokens`: those, too."""

    client_id: str = ""
    refresh_tokens: bool = False


def set_subscription_state(world: World, call: Call) -> Reply:
    asked = call.json(SubscriptionBody)
    known = world.subscriptions.get(asked.id.lower() or world.seed.subscription_id)
    if known is None:
        raise INVALID_CONTROL.of(reason=f"There is no subscription '{asked.id}'.")
    world.subscriptions.put(known.id, msgspec.structs.replace(known, state=asked.state))
    return Reply(body=Done())


def set_propagation(world: World, call: Call) -> Reply:
    world.propagation.put("seconds", Propagation(seconds=call.json(PropagationBody).seconds))
    return Reply(body=Done())


def expire_tokens(world: World, call: Call) -> Reply:
    """Services here refuse them from now on. Whoever checks signatures alone cannot know of it."""
    asked = call.json(ExpireBody) if call.body else ExpireBody()
    client = asked.client_id.lower()
    with world.store.transaction():
        tokens.expire(world, client)
        for one in world.refresh_tokens.all() if asked.refresh_tokens else []:
            if client in {"", one.grant.client_id}:
                world.refresh_tokens.remove(one.token)
    world.event_grid_tokens.clear()
    return Reply(body=Done())


def people(world: World) -> dict[str, dict[str, str]]:
    """Who can sign in, by first name in lower case; `role` is empty for whoever has none in the subscription."""
    return {
        one.given_name.lower(): {
            "username": one.user_name,
            "password": one.password,
            "object_id": one.id,
            "role": ", ".join(
                known.name
                for each in world.role_assignments.of(one.id)
                if (known := roles.definition(world, each.role))
            ),
        }
        for one in world.people.all()
    }


ROUTES = [
    Described("POST", "/_local/subscription", set_subscription_state, "Enable, warn or disable a subscription", Done,
              SubscriptionBody),
    Described("POST", "/_local/propagation", set_propagation, "How long new applications take to spread", Done,
              PropagationBody),
    Described("POST", "/_local/entra/expire-tokens", expire_tokens, "Tokens of up to now are void", Done, ExpireBody),
]  # fmt: skip
