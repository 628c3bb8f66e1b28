"""A profile by which Ala may call the United States and Poland."""

import pytest

from centrala.connection.models import Connection
from centrala.dialling.models import Profile
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User
from centrala.workstreams import actions as workstreams
from centrala.workstreams.models import Channel, Workstream
from hub import ala as made_ala
from hub import connected


@pytest.fixture
def connection(db: None) -> Connection:
    return connected()


@pytest.fixture
def ala(db: None) -> User:
    return made_ala()


@pytest.fixture
def voice(connection: Connection) -> Workstream:
    PhoneNumber.objects.update(makes_calls=True, receives_calls=True)
    made = workstreams.set_up(name="Voice", channel=Channel.VOICE, numbers=list(PhoneNumber.objects.all()))
    Workstream.objects.filter(pk=made.pk).update(units=100)
    made.refresh_from_db()
    return made


@pytest.fixture
def profile(voice: Workstream, ala: User) -> Profile:
    made = Profile.objects.create(
        label="Sales", number=PhoneNumber.objects.get(), workstream=voice, countries=["US", "PL"]
    )
    made.people.add(ala)
    return made
