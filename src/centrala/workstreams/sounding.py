"""What an administrator does with a workstream's own sounds."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.characters import storable
from centrala.errors import Refused
from centrala.organization.audit import record
from centrala.organization.models import User
from centrala.workstreams.models import Occasion, Workstream
from centrala.workstreams.sounds import Music, Sound

if TYPE_CHECKING:
    from centrala_sound.wav import Wav

RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
LONGEST_SECONDS = 600
MOST_BYTES = 20_000_000  # ten minutes as calls play them
MOST_CHANNELS, BITS, PCM = 2, 16, 1
# What has a number in it is spoken.
RECORDABLE = (
    Occasion.GREETING,
    Occasion.CLOSED,
    Occasion.HOLIDAY,
    Occasion.ENDED,
    Occasion.OVERFLOW,
    Occasion.VOICEMAIL,
    Occasion.CALL_BACK,
    Occasion.CALLS_BACK,
    Occasion.CONSENT,
    Occasion.AGREE,
    Occasion.NEXT,
    Occasion.HIDDEN,
)
PURPOSES = [*Music.choices, *((one.value, one.label) for one in RECORDABLE)]


@transaction.atomic
def save_sound(*, workstream: Workstream, purpose: str, name: str, content: bytes, actor: User) -> Sound:
    """In the place of the one that there was. Raises Refused, with "file" as its field, for what cannot be played."""
    Workstream.objects.select_for_update().get(pk=workstream.pk)
    samples = _samples(content)
    before = workstream.sounds.filter(purpose=purpose).first()
    if before is not None:
        before.delete()
    called = storable(PurePath(name).name)[:100] or purpose
    made = Sound.objects.create(workstream=workstream, purpose=purpose, name=called, samples=samples, made_at=now())
    told = {purpose: before.name} if before is not None else {}
    record(actor=actor, act="change sound", target=workstream.name, before=told, after={purpose: called})
    return made


@transaction.atomic
def remove_sound(*, sound: Sound, actor: User) -> None:
    before = {sound.purpose: sound.name}
    record(actor=actor, act="delete sound", target=sound.workstream.name, before=before)
    sound.delete()


def _samples(content: bytes) -> bytes:
    """As they are kept."""
    from centrala_sound import wav  # here alone: few processes are given sounds
    from centrala_sound.frames import RATE, bytes_of, samples_of
    from centrala_sound.resampling import resampled

    if len(content) > MOST_BYTES:
        raise _refused(_("The file is larger than 20 MB. Fix: save it with one channel and 16 kHz."))
    try:
        sound = wav.read(content)
    except wav.UnfitSound:
        raise _refused(_("This is no sound. Fix: save it as a WAV file (PCM, 16 bits).")) from None
    _check(sound)
    samples = samples_of(sound.data[: len(sound.data) // (2 * sound.channels) * 2 * sound.channels])
    if sound.channels == MOST_CHANNELS:
        samples = samples.reshape(-1, MOST_CHANNELS).mean(axis=1).astype(samples.dtype)
    return bytes_of(resampled(samples, sound.rate, RATE))


def _check(sound: "Wav") -> None:
    if sound.kind != PCM or sound.bits != BITS or sound.channels > MOST_CHANNELS or sound.rate not in RATES:
        raise _refused(
            _(
                "This kind of WAV file cannot be played. Fix: save it as PCM of 16 bits, mono or stereo, with "
                "8, 11.025, 16, 22.05, 24, 32, 44.1 or 48 kHz."
            )
        )
    if sound.is_cut_off:
        raise _refused(_("The file is cut off: there is less in it than its header says. Fix: save or copy it again."))
    if sound.is_damaged:
        raise _refused(_("The header of this file is damaged. Fix: save it again as a WAV file (PCM, 16 bits)."))
    seconds = len(sound.data) / (sound.rate * sound.channels * BITS / 8)
    if not sound.data or len(sound.data) < 2 * sound.channels:
        raise _refused(_("There is nothing to be heard in this file."))
    if seconds > LONGEST_SECONDS:
        raise _refused(_("The sound is longer than 10 minutes."))


def _refused(message: str) -> Refused:
    return Refused(message, field="file")
