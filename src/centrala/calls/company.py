"""Those in a call besides its customer are looked after once a second: nobody is asked for ever, nobody stays who may
not, and a call whose agent works here no more is somebody else's."""

from collections.abc import Collection

from django.utils.timezone import now

from centrala.calls import actions, consulting
from centrala.calls.access import may_stay
from centrala.calls.live_call import LiveCall
from centrala.calls.threads import in_thread
from centrala.organization.sessions import open_sessions


async def look_after(live: LiveCall) -> None:
    if (until := live.standing.asks_until) is not None and now() > until:
        await in_thread(consulting.miss, live.call)
    people = {one.person: one.role for one in live.company if isinstance(one.person, int)}  # outside: see advice
    if people:  # and nobody who comes while the database is asked
        live.show_out(people.keys() - await in_thread(may_stay, live.call, people))
    if live.standing.deserted:
        await in_thread(actions.agent_gone, live.call, heir=live.heir)


async def cut_signed_out(calls: Collection[LiveCall]) -> None:
    """Whoever is in one of these calls by a session that has ended is out of it: a browser that has another session of
    that person asks anew, and any other is refused."""
    there = [one for live in calls for one in (live.agent, *live.company) if one is not None and one.session]
    if not there:
        return
    people = {one.person for one in there if isinstance(one.person, int)}
    standing = await in_thread(open_sessions, people)
    for one in there:
        if one.session not in standing:
            one.outlet.end()
