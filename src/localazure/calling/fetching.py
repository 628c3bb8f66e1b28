"""From what is to be played to its sound: files are fetched, texts are said where an AI resource is linked."""

from collections.abc import Sequence
from xml.etree import ElementTree

import httpx

from centrala_sound import sounds, speech
from centrala_sound.sounds import Sound
from centrala_sound.wav import UnfitSound
from localazure.calling.media_bodies import PlaySource
from localazure.calling.results import DOWNLOAD_FAILED, NO_SPEECH_FROM_THIS, NOT_A_SOUND, Result
from localazure.world import World

LARGEST = 64 * 1024 * 1024  # bytes: half an hour
SECONDS = 10
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class Unplayable(Exception):
    """The source of that number, from 0."""

    def __init__(self, result: Result, number: int) -> None:
        super().__init__(result.message)
        self.result, self.number = result, number


async def sound_of(world: World, sources: Sequence[PlaySource]) -> Sound:
    """One after the other. Raises Unplayable."""
    found = []
    for number, source in enumerate(sources):
        try:
            found.append(await _sound(world, source))
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise Unplayable(DOWNLOAD_FAILED, number) from None
        except UnfitSound:
            raise Unplayable(NOT_A_SOUND if source.file else NO_SPEECH_FROM_THIS, number) from None
    return found[0] if len(found) == 1 else sounds.joined("sounds", *found)


async def _sound(world: World, source: PlaySource) -> Sound:
    if source.file:
        return sounds.from_wav(await _fetched(world, source.file.uri), source.file.uri)
    if source.text:
        return speech.say(source.text.text, source.text.source_locale or _locale(source.text.voice_name or ""))
    assert source.ssml is not None  # checked as it was asked
    return _of_ssml(source.ssml.ssml_text)


async def _fetched(world: World, uri: str) -> bytes:
    """Raises httpx.HTTPError for whatever is not to be had."""
    async with (
        httpx.AsyncClient(verify=world.webhooks.context, trust_env=False, timeout=SECONDS) as client,
        client.stream("GET", uri, follow_redirects=True) as answer,
    ):
        answer.raise_for_status()
        content = bytearray()
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > LARGEST:
                raise UnfitSound("is too large")
        return bytes(content)


def _of_ssml(text: str) -> Sound:
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  # expat bounds what entities may become
    except ElementTree.ParseError:
        raise UnfitSound("is no SSML") from None
    return speech.say(" ".join("".join(root.itertext()).split()), root.get(LANGUAGE, "en"))


def _locale(voice: str) -> str:
    """Of a voice such as pl-PL-ZofiaNeural."""
    return voice if voice[2:3] == "-" else "en"
