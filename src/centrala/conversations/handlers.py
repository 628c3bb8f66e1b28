"""Which events become conversations."""

from centrala.conversations import intake, reports
from centrala.inbox.drain import Handler

HANDLERS: dict[str, Handler] = {
    "Microsoft.Communication.SMSReceived": intake.receive,
    "Microsoft.Communication.SMSDeliveryReportReceived": reports.settle,
}
