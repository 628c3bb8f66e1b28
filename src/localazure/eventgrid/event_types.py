"""The kinds of events a Communication Services resource publishes.

https://learn.microsoft.com/azure/event-grid/event-schema-communication-services
"""

NAMES = """
    AdvancedMessageDeliveryStatusUpdated
    AdvancedMessageReceived
    ChatMessageDeleted
    ChatMessageDeletedInThread
    ChatMessageEdited
    ChatMessageEditedInThread
    ChatMessageReceived
    ChatMessageReceivedInThread
    ChatParticipantAddedToThreadWithUser
    ChatParticipantRemovedFromThreadWithUser
    ChatThreadCreated
    ChatThreadCreatedWithUser
    ChatThreadDeleted
    ChatThreadParticipantAdded
    ChatThreadParticipantRemoved
    ChatThreadPropertiesUpdated
    ChatThreadPropertiesUpdatedPerUser
    ChatThreadWithUserDeleted
    EmailDeliveryReportReceived
    EmailEngagementTrackingReportReceived
    IncomingCall
    RecordingFileStatusUpdated
    RouterJobCancelled
    RouterJobClassificationFailed
    RouterJobClassified
    RouterJobClosed
    RouterJobCompleted
    RouterJobDeleted
    RouterJobExceptionTriggered
    RouterJobQueued
    RouterJobReceived
    RouterJobSchedulingFailed
    RouterJobUnassigned
    RouterJobWaitingForActivation
    RouterJobWorkerSelectorsExpired
    RouterWorkerDeleted
    RouterWorkerDeregistered
    RouterWorkerOfferAccepted
    RouterWorkerOfferDeclined
    RouterWorkerOfferExpired
    RouterWorkerOfferIssued
    RouterWorkerOfferRevoked
    RouterWorkerRegistered
    RouterWorkerUpdated
    SMSDeliveryReportReceived
    SMSReceived
    UserDisconnected
"""

EVENT_TYPES = tuple(f"Microsoft.Communication.{name}" for name in NAMES.split())
