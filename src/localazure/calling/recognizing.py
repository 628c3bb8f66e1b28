"""Listening to one party: for keys, and where an AI resource is linked for what a script says.

https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/recognize-action
"""

from collections.abc import Sequence

from centrala_sound.sounds import Sound
from localazure.calling import ai, finding, tones
from localazure.calling.addresses import operation_callback
from localazure.calling.errors import INVALID_CALL
from localazure.calling.fetching import Unplayable, sound_of
from localazure.calling.media_bodies import Choice, PlaySource, RecognizeBody, RecognizeOptions
from localazure.calling.model import Connection
from localazure.calling.operations import Operation, operations
from localazure.calling.results import (
    CHOICE_BY_SPEECH,
    CHOICE_BY_TONE,
    COMPLETED,
    INITIAL_SILENCE,
    INTER_TONE_SILENCE,
    MOST_TONES,
    PROMPT_FAILED,
    STOP_TONE,
    Result,
)
from localazure.calling.stage import Do, Timer
from localazure.world import World

INITIAL_SILENCE_SECONDS, INTER_TONE_SECONDS = 5, 2


def recognize(world: World, connection: Connection, body: RecognizeBody) -> None:
    """Raises what the service answers where there is no AI resource for what is wanted."""
    options = body.recognize_options
    prompts = body.play_prompts or ([body.play_prompt] if body.play_prompt else [])
    ai.check_sources(world, connection, prompts)
    if body.recognize_input_type != "dtmf":
        ai.check(world, connection)
    if body.recognize_input_type == "choices" and not options.choices:
        raise INVALID_CALL.of(reason="There are no choices to choose from.")
    target = finding.party(connection.call, options.target_participant, "targetParticipant").raw_id
    one = Recognize(
        world,
        connection,
        context=body.operation_context,
        uri=operation_callback(body),
        kind=body.recognize_input_type,
        target=target,
        options=options,
        prompts=prompts,
    )
    operations(connection).add(one, interrupt=bool(body.interrupt_call_media_operation))


class Recognize(Operation):
    kind = "Recognize"

    def __init__(
        self,
        world: World,
        connection: Connection,
        *,
        context: str | None,
        uri: str | None,
        kind: str,
        target: str,
        options: RecognizeOptions,
        prompts: Sequence[PlaySource],
    ) -> None:
        super().__init__(world, connection, context=context, uri=uri)
        self._wanted, self._target, self._options, self._prompts = kind, target, options, prompts
        self._keys: list[str] = []
        self._prompt: Sound | None = None
        self._quiet: Do | None = None
        self._timer: Timer | None = None
        self._prompting = False

    async def prepare(self) -> bool:
        try:
            self._prompt = await sound_of(self.world, self._prompts) if self._prompts else None
        except Unplayable as error:
            self.end("Failed", PROMPT_FAILED, {"failedPlaySourceIndex": error.number})
            return False
        return True

    def begin(self) -> None:
        self.stage.on_key.append(self._pressed)
        self.stage.on_text.append(self._said)
        if self._prompt:
            self._prompting = True
            self._quiet = self.stage.play(self._prompt, to=[self._target], done=self._prompted)
        else:
            self._listen()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        if self._quiet:
            self._quiet()
        stage = self.connection.call.stage
        if stage and self._pressed in stage.on_key:
            stage.on_key.remove(self._pressed)
            stage.on_text.remove(self._said)

    def _prompted(self, completed: bool) -> None:
        """Played to its end; where a key cut it short, listening has begun."""
        if self._prompting and not self.over:
            self._listen()

    def _listen(self) -> None:
        self._prompting = False
        seconds = self._options.initial_silence_timeout_in_seconds
        self._wait(INITIAL_SILENCE_SECONDS if seconds is None else seconds)

    def _wait(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self.stage.after(seconds, self._waited)

    def _waited(self) -> None:
        if self._keys:
            self._complete_keys(INTER_TONE_SILENCE)
        else:
            self.end("Failed", INITIAL_SILENCE)

    def _interrupted(self) -> bool:
        """Whether somebody may be heard now: during a prompt only where that was asked for, and it stops then."""
        if self._prompting and not self._options.interrupt_prompt:
            return False
        if self._prompting and self._quiet:
            self._prompting = False
            self._quiet()
        return True

    def _pressed(self, raw_id: str, key: str) -> None:
        if raw_id != self._target or self._wanted == "speech" or not self._interrupted():
            return
        tone = tones.NAMES[key]
        if self._wanted == "choices":
            self._choose_by_tone(tone)
            return
        options = self._options.dtmf_options
        if options and tone in (options.stop_tones or []):
            self._complete_keys(STOP_TONE)
            return
        self._keys.append(tone)
        if options and len(self._keys) == options.max_tones_to_collect:
            self._complete_keys(MOST_TONES)
        else:
            self._wait((options and options.inter_tone_timeout_in_seconds) or INTER_TONE_SECONDS)

    def _said(self, raw_id: str, text: str, seconds: float) -> None:
        """Understood when it has been said to its end, without a mistake."""
        if raw_id != self._target or self._wanted == "dtmf" or not self._interrupted():
            return
        speech = self._options.speech_options
        silence = (speech.end_silence_timeout_in_ms or 0) / 1000 if speech else 0.0
        if self._timer:
            self._timer.cancel()
        self._timer = self.stage.after(seconds + silence, lambda: self._understood(text))

    def _understood(self, text: str) -> None:
        if self._wanted != "choices":
            data = {"recognitionType": "speech", "speechResult": {"speech": text, "confidence": 1.0}}
            self.end("Completed", COMPLETED, data)
            return
        for choice in self._options.choices or []:
            for phrase in choice.phrases:
                if phrase.casefold() in text.casefold():
                    self._choose(choice, CHOICE_BY_SPEECH, phrase)
                    return
        self._listen()

    def _choose_by_tone(self, tone: str) -> None:
        for choice in self._options.choices or []:
            if choice.tone == tone:
                self._choose(choice, CHOICE_BY_TONE, "")
                return

    def _choose(self, choice: Choice, result: Result, phrase: str) -> None:
        chosen = {"label": choice.label} | ({"recognizedPhrase": phrase, "confidence": 1.0} if phrase else {})
        self.end("Completed", result, {"recognitionType": "choices", "choiceResult": chosen})

    def _complete_keys(self, result: Result) -> None:
        self.end("Completed", result, {"recognitionType": "dtmf", "dtmfResult": {"tones": self._keys}})
