"""Signs an agent in, in the database of the environment: `python -m bench.agent` writes the user's id and the session's
cookie to stdout."""

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


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centrala.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    from centrala.organization.models import Role, User

    client, ala = Client(), User.objects.create_user("ala", role=Role.AGENT)
    client.force_login(ala)
    print(ala.pk, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")


if __name__ == "__main__":
    main()
