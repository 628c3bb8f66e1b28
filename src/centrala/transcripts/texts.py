"""A transcript as a file: plain text, and WebVTT for players (https://www.w3.org/TR/webvtt1/)."""

import html
from collections.abc import Iterable

from centrala.transcripts.showing import Said

LEAST = 0.5  # seconds that a caption is seen


def plain(lines: Iterable[Said]) -> str:
    return "".join(f"[{line.clock}] {line.row.get_speaker_display()}: {line.row.text}\n" for line in lines)


def web_vtt(lines: Iterable[Said]) -> str:
    return "WEBVTT\n\n" + "\n".join(_cue(line) for line in lines)


def _cue(line: Said) -> str:
    until = line.at + max(line.row.milliseconds / 1000, LEAST)
    speaker, text = (html.escape(part, quote=False) for part in (line.row.get_speaker_display(), line.row.text))
    return f"{_exact(line.at)} --> {_exact(until)}\n<v {speaker}>{text}\n"


def _exact(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
