"""How things ended, in the codes of the service: a SIP code, and a sub code that says more.

https://learn.microsoft.com/azure/communication-services/resources/troubleshooting/voice-video-calling/troubleshooting-codes
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    code: int
    sub_code: int
    message: str

    @property
    def shape(self) -> dict[str, object]:
        return {"code": self.code, "subCode": self.sub_code, "message": self.message}


DONE = Result(200, 0, "")
CALLER_HUNG_UP = Result(0, 560000, "The call ended normally: the telephone hung up.")
APPLICATION_HUNG_UP = Result(0, 5000, "The call was hung up by the application.")
REMOVED = Result(0, 5300, "The participant was removed from the call.")
TERMINATED = Result(0, 7000, "The call was ended for everyone.")
TRANSFERRED = Result(0, 7015, "The call was transferred.")
REJECTED = Result(603, 560603, "The call was declined.")
BUSY = Result(486, 560486, "The telephone is busy.")
DECLINED = Result(603, 560603, "The telephone declined the call.")
UNREACHABLE = Result(480, 560480, "The telephone cannot be reached.")
# Of direct routing: https://learn.microsoft.com/azure/communication-services/concepts/telephony/monitoring-troubleshooting-telephony/sip-respose-codes
BLOCKED = Result(403, 510403, "No route is for the number, and the caller id is none that Microsoft's network takes.")
NO_WAY = Result(403, 510559, "No border controller of the routes for the number takes calls.")
NOBODY_ANSWERED = Result(487, 10004, "Nobody answered in time.")
CALLER_GAVE_UP = Result(487, 540487, "The caller hung up before anybody answered.")
CANCELED = Result(487, 540487, "The invitation was called off.")
NO_INVITATION = Result(404, 8537, "There is no such invitation, or it is over.")
NOT_IN_THE_CALL = Result(404, 8533, "The participant is not in the call.")

# https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/play-action#event-codes
COMPLETED = Result(200, 0, "Action completed successfully.")
CANCELED_OPERATION = Result(400, 8508, "Action failed, the operation was canceled.")
NOT_A_SOUND = Result(400, 8535, "Action failed, file format is invalid.")
DOWNLOAD_FAILED = Result(400, 8536, "Action failed, file could not be downloaded.")
NO_SPEECH_FROM_THIS = Result(400, 8565, "Action failed, bad request to Azure AI services. Check input parameters.")

# https://learn.microsoft.com/azure/communication-services/how-tos/call-automation/recognize-action#event-codes
MOST_TONES = Result(200, 8531, "Action completed, max digits received.")
STOP_TONE = Result(200, 8514, "Action completed as stop tone was detected.")
INTER_TONE_SILENCE = Result(400, 8532, "Action failed, inter-digit silence timeout reached.")
INITIAL_SILENCE = Result(400, 8510, "Action failed, initial silence timeout reached.")
PROMPT_FAILED = Result(500, 8511, "Action failed, encountered failure while trying to play the prompt.")
CHOICE_BY_SPEECH = Result(200, 8545, "Action completed, a phrase of a choice was recognized.")
CHOICE_BY_TONE = Result(200, 8533, "Action completed, the tone of a choice was recognized.")
STREAM_NOT_CONNECTED = Result(500, 8578, "Action failed, not able to establish WebSocket connection.")
NO_SPEECH_SERVICE = Result(
    405, 8522, "Request not allowed when Cognitive Service Configuration not set during call setup."
)
