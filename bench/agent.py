"""Signs an agent in, in the database of the environment: `python -m bench.agent` writes the user's id and the session's
cookie to stdout."""

import os


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
