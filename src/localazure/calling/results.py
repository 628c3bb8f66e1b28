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
NOBODY_ANSWERED = Result(487, 10004, "Nobody answered in time.")
CALLER_GAVE_UP = Result(487, 540487, "The caller hung up before anybody answered.")
CANCELED = Result(487, 540487, "The invitation was called off.")
NO_INVITATION = Result(404, 8537, "There is no such invitation, or it is over.")
NOT_IN_THE_CALL = Result(404, 8533, "The participant is not in the call.")
