"""Agents, in the database of the environment: `python -m bench.agent` signs one in and writes the user's id and the
session's cookie to stdout, `python -m bench.agent 50` only makes so many more."""

import os
import subprocess
import sys

from bench.hub import Hub


def signed_in(hub: Hub) -> tuple[int, str]:
    """The user's id, and the Cookie header of the session."""
    command = [sys.executable, "-m", "bench.agent"]
    told = subprocess.run(command, env=hub.environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    id_, cookie = told.split()
    return int(id_), cookie


def on_duty(hub: Hub, many: int) -> None:
    """So many agents whose desk was open a moment ago."""
    subprocess.run([sys.executable, "-m", "bench.agent", str(many)], env=hub.environment, check=True)
    hub.connection.execute("""
        insert into routing_agent (user_id, capacity, chosen, imposed, changed_at, last_seen_at)
        select id, 100, 'available', '', now(), now() from organization_user where username like 'agent%'
    """)


def main(many: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centrala.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from centrala.organization.models import Role, User

    for number in range(many):
        User.objects.create_user(f"agent{number}", role=Role.AGENT)
    if many:
        return
    client, ala = Client(), User.objects.create_user("ala", role=Role.AGENT)
    client.force_login(ala)
    print(ala.pk, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 0)
