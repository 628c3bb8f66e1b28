"""What the webhooks count for the metrics, whichever process it was."""

import asyncpg
import httpx

from centrala.hooks.runtime import Hooks
from hooks.scene import Entra, event


async def test_new_known_and_refused_ones_are_counted(
    entra: Entra, hub: httpx.AsyncClient, hooks: Hooks, sms: str, sql: asyncpg.Connection
) -> None:
    genuine = {"Authorization": f"Bearer {entra.token()}"}
    await hub.post(sms, json=[event("a"), event("b"), event("b")], headers=genuine)
    await hub.post(sms, json=[event("b"), event("c")], headers=genuine)
    await hub.post(sms, json=[event("d")], headers={"Authorization": "Bearer no.token"})
    await hub.post("/hooks/unknown/sms", json=[event("d")])

    await hooks.sightings.flush()

    rows = await sql.fetch("select name, label, sum(amount) as amount from inbox_tally group by 1, 2 order by 1, 2")
    assert [tuple(row) for row in rows] == [
        ("duplicates", "sms", 2),
        ("received", "sms", 3),
        ("refused", "malformed_token", 1),
        ("refused", "unknown_endpoint", 1),
    ]
