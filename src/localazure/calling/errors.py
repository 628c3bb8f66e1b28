"""What Call Automation refuses. The numbers are the service's own; the words are ours where it is not known to say any.

https://learn.microsoft.com/azure/communication-services/resources/troubleshooting/voice-video-calling/troubleshooting-codes
"""

from localazure.errors import Refusal

CALL_NOT_FOUND = Refusal(404, "8522", "Call not found.")
NOT_ESTABLISHED = Refusal(400, "8501", "Action is invalid when call is not in Established state.")
INVALID_CALL = Refusal(400, "BadRequest", "{reason}")
INVALID_CONTEXT = Refusal(400, "BadRequest", "The incomingCallContext is invalid.")
NOT_A_TARGET = Refusal(400, "BadRequest", "The identifier of the {what} is invalid.")
PARTICIPANT_NOT_FOUND = Refusal(404, "NotFound", "The participant is not in the call.")
NOT_REPEATABLE = Refusal(400, "BadRequest", "The header {name} is missing or malformed.")
REPEATED_OTHERWISE = Refusal(412, "PreconditionFailed", "The same Repeatability-Request-ID came with another request.")
NO_AI = Refusal(405, "8522", "Request not allowed when Cognitive Service Configuration not set during call setup.")
NO_STREAM = Refusal(405, "8522", "Request not allowed when Media Streaming url not set during call setup.")
NO_TRANSCRIPT = Refusal(405, "8522", "Request not allowed when Transcription url not set during call setup.")
INVALID_LOCALE = Refusal(400, "8523", "Invalid Request, only locale that contain region information are supported.")
RECORDING_NOT_FOUND = Refusal(404, "NotFound", "The recording was not found.")
RANGE_NOT_SATISFIABLE = Refusal(416, "InvalidRange", "The range is outside of the recording.")

# The control API
NO_SUCH_CALL = Refusal(404, "unknown_call", "There is no such call.")
CANNOT_BE_CALLED = Refusal(400, "not_callable", "The number in 'to' takes no calls: it can {calling}.")
BOUGHT_NUMBER = Refusal(
    400, "bought_number", "The number in 'to' was bought from Microsoft: no carrier of yours has it."
)
TRUNK_IS_DISABLED = Refusal(409, "trunk_disabled", "The trunk, or its domain, is disabled.")
TRUNK_IS_NOT_TRUSTED = Refusal(409, "trunk_not_trusted", "The certificate of the border controller has expired.")
CALL_IS_OVER = Refusal(409, "call_is_over", "The call has ended.")
