"""Makes a connection with its endpoints and numbers in the database of the environment: `python -m bench.connected`.

Writes the id of the endpoint for SMS to stdout.
"""

import os

NUMBERS = tuple(f"+1833555010{digit}" for digit in range(5))
RESOURCE = (
    "/subscriptions/0d6b1c3a-0000-4000-8000-000000000001/resourceGroups/rg-bench"
    "/providers/Microsoft.Communication/CommunicationServices/acs-bench"
)
NOWHERE = "endpoint=https://localhost:1/;accesskey=bm9ib2R5IGFuc3dlcnMgaGVyZSBhdCBhbGw="


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centrala.settings")
    import django

    django.setup()
    from django.utils.timezone import now

    from centrala.connection.models import Connection, Endpoint, Service
    from centrala.numbers.models import PhoneNumber
    from centrala.organization.crypto import encrypt
    from centrala.workstreams import actions as workstreams
    from centrala.workstreams.models import Channel

    connection = Connection.objects.create(
        resource_name="acs-bench",
        resource_id=RESOURCE,
        encrypted_connection_string=encrypt(NOWHERE),
        connected_at=now(),
    )
    numbers = [
        PhoneNumber.objects.create(connection=connection, number=number, receives_sms=True) for number in NUMBERS
    ]
    workstreams.set_up(name="SMS", channel=Channel.SMS, numbers=numbers)
    print(Endpoint.objects.create(connection=connection, service=Service.SMS).pk)


if __name__ == "__main__":
    main()
