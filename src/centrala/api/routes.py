"""The REST API for other programs: /api/v1/."""

from http import HTTPStatus
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from ninja import NinjaAPI, Router, Status

from centrala.api import orders, paging, sending, shapes
from centrala.api.auth import ApiRequest, Bearer, needs
from centrala.api.failures import install
from centrala.api.models import Scope
from centrala.api.paging import IdempotencyKey, Limit, Place, Serial, Word, following
from centrala.api.shapes import FAILURES
from centrala.api.throttle import PerToken
from centrala.calls.access import calls_of
from centrala.calls.models import CallState
from centrala.campaigns.access import campaigns_of, templates_of
from centrala.connection.access import connections_of
from centrala.conversations import queries, tagging
from centrala.conversations.access import conversations_of
from centrala.conversations.models import Conversation, ConversationState, Message
from centrala.inbox.access import events_of
from centrala.inbox.models import State
from centrala.inbox.queries import newest
from centrala.keyset import page as newest_page
from centrala.keyset import serial
from centrala.numbers.access import numbers_of
from centrala.organization.access import colleagues_of
from centrala.recordings.access import joined_heard_by
from centrala.routing.access import pending_offers_of
from centrala.routing.duty import duties
from centrala.transcripts.access import was_read
from centrala.transcripts.showing import shown

DESCRIPTION = """Bearer tokens are made in the hub and act in the name of the person who made them.
Lists are newest first and come in pages: follow `next` as it is until it is null."""
CONVERSATIONS_READ, CONVERSATIONS_WRITE = needs(Scope.CONVERSATIONS_READ), needs(Scope.CONVERSATIONS_WRITE)
EVENTS_READ, CONNECTION_READ = needs(Scope.EVENTS_READ), needs(Scope.CONNECTION_READ)
NUMBERS_READ = needs(Scope.NUMBERS_READ)
AGENTS_READ, CAMPAIGNS_READ = needs(Scope.AGENTS_READ), needs(Scope.CAMPAIGNS_READ)
LARGEST = 2**63 - 1  # key that PostgreSQL has

api = NinjaAPI(
    title="Centrala",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    auth=Bearer(),
    throttle=PerToken(),
    docs_url="/docs",
)
api.add_decorator(never_cache, mode="view")  # a customer's words are kept in no cache
install(api)
api.add_router("", orders.router)
elsewhere = Router()  # after all others: what none of them knows


@api.get(
    "/conversations", response={200: shapes.Page[shapes.ConversationOut], **FAILURES}, **needs(Scope.CONVERSATIONS_READ)
)
def list_conversations(
    request: ApiRequest,
    customer: Word = "",
    state: ConversationState | None = None,
    tag: Word = "",
    after: Place = "",
    limit: Limit = 50,
) -> shapes.Page[shapes.ConversationOut]:
    """`customer` is the customer's number, with or without its plus."""
    found = _visible(request)
    if customer:
        found = found.filter(contact__number__in=_spellings(customer))
    if state:
        found = found.filter(state=state)
    if tag:
        found = tagging.tagged(found, tag)
    page, cursor = queries.newest_first(found, after=paging.place(after, "after"), limit=limit)
    items = [shapes.ConversationOut.of(conversation) for conversation in page]
    return shapes.Page(items=items, next=following(request, "after", cursor))


@api.post("/conversations", response={202: shapes.StartedOut, **FAILURES}, **CONVERSATIONS_WRITE)
def start_conversation(
    request: ApiRequest, body: shapes.StartIn, idempotency_key: IdempotencyKey = ""
) -> Status[shapes.StartedOut]:
    """Writes to a customer first, from one of our `number`s: in the live conversation between the two if there is one,
    else in a new one, which is the token's owner's. With an `Idempotency-Key` as for an answer."""
    told = body.model_dump()
    message = sending.begin(token=request.auth, key=idempotency_key, **told)
    conversation = shapes.ConversationOut.of(_conversation(request, message.conversation_id))
    started = shapes.StartedOut(conversation=conversation, message=shapes.MessageOut.queued(message))
    return Status(HTTPStatus.ACCEPTED, started)


@api.get(
    "/conversations/{uuid:conversation_id}",
    response={200: shapes.ConversationOut, **FAILURES},
    **needs(Scope.CONVERSATIONS_READ),
)
def read_conversation(request: ApiRequest, conversation_id: UUID) -> shapes.ConversationOut:
    return shapes.ConversationOut.of(_conversation(request, conversation_id))


@api.get(
    "/conversations/{uuid:conversation_id}/messages",
    response={200: shapes.Page[shapes.MessageOut], **FAILURES},
    **needs(Scope.CONVERSATIONS_READ),
)
def list_messages(
    request: ApiRequest, conversation_id: UUID, before: Place = "", limit: Limit = 50
) -> shapes.Page[shapes.MessageOut]:
    """The last messages in the order they are read; `next` leads to the ones above them."""
    conversation = _conversation(request, conversation_id)
    page, cursor = queries.thread(conversation, before=paging.place(before, "before"), limit=limit)
    items = [shapes.MessageOut.of(message) for message in page]
    return shapes.Page(items=items, next=following(request, "before", cursor))


@api.post(
    "/conversations/{uuid:conversation_id}/messages",
    response={202: shapes.MessageOut, **FAILURES},
    **needs(Scope.CONVERSATIONS_WRITE),
)
def send_message(
    request: ApiRequest, conversation_id: UUID, body: shapes.TextIn, idempotency_key: IdempotencyKey = ""
) -> Status[shapes.MessageOut]:
    """Queues an answer to the customer; its state is told by `/messages/{id}`. With an `Idempotency-Key` the same call
    may be made again for 24 hours: it gets the same answer, and nothing is sent twice."""
    conversation = _conversation(request, conversation_id)
    message = sending.send(token=request.auth, conversation=conversation, text=body.text, key=idempotency_key)
    return Status(HTTPStatus.ACCEPTED, shapes.MessageOut.queued(message))


@api.get("/messages/{uuid:message_id}", response={200: shapes.MessageOut, **FAILURES}, **CONVERSATIONS_READ)
def read_message(request: ApiRequest, message_id: UUID) -> shapes.MessageOut:
    visible = Message.objects.filter(conversation__in=conversations_of(request.auth.owner))
    return shapes.MessageOut.of(get_object_or_404(visible, pk=message_id))


@api.get("/calls", response={200: shapes.Page[shapes.CallOut], **FAILURES}, **CONVERSATIONS_READ)
def list_calls(
    request: ApiRequest, customer: Word = "", state: CallState | None = None, after: Place = "", limit: Limit = 50
) -> shapes.Page[shapes.CallOut]:
    """By when they rang; those that nobody answered as well. `customer` as of conversations."""
    found = calls_of(request.auth.owner)
    if customer:
        found = found.filter(customer__in=_spellings(customer))
    if state:
        found = found.filter(state=state)
    page, cursor = newest_page(found, by="rang_at", after=paging.place(after, "after"), limit=limit)
    return shapes.Page(items=[shapes.CallOut.of(call) for call in page], next=following(request, "after", cursor))


@api.post("/calls", response={202: shapes.CallOut, **FAILURES}, **CONVERSATIONS_WRITE)
def start_call(
    request: ApiRequest, body: shapes.DialIn, idempotency_key: IdempotencyKey = ""
) -> Status[shapes.CallOut]:
    """Calls a customer for the token's owner, who talks on the desk: it rings at both. `profile` is an outbound
    profile's label; without it the first by which the owner may call the number's country. What must not be dialled is
    refused with 422, the reason and nothing dialled. With an `Idempotency-Key` as for an answer."""
    call = sending.dial(token=request.auth, number=body.number, profile=body.profile, key=idempotency_key)
    return Status(HTTPStatus.ACCEPTED, shapes.CallOut.of(call))


@api.get("/recordings", response={200: shapes.Page[shapes.RecordingOut], **FAILURES}, **needs(Scope.RECORDINGS_READ))
def list_recordings(request: ApiRequest, after: Place = "", limit: Limit = 50) -> shapes.Page[shapes.RecordingOut]:
    """Of calls that are over, those that the token's owner may listen to; by when they begin."""
    found = joined_heard_by(request.auth.owner)
    page, cursor = newest_page(found, by="began_at", after=paging.place(after, "after"), limit=limit)
    return shapes.Page(items=[shapes.RecordingOut.of(one) for one in page], next=following(request, "after", cursor))


@api.get(
    "/conversations/{uuid:conversation_id}/transcript",
    response={200: shapes.TranscriptOut, **FAILURES},
    **needs(Scope.TRANSCRIPTS_READ),
)
def read_transcript(request: ApiRequest, conversation_id: UUID) -> shapes.TranscriptOut:
    """What was said in a call, in its order, for those who may read it."""
    found = shown(request.auth.owner, _conversation(request, conversation_id))
    if found is None or not found.may_read:
        raise Http404
    if found.lines:
        was_read(user=request.auth.owner, call=found.call)
    return shapes.TranscriptOut.of(found)


@api.get("/events", response={200: shapes.Page[shapes.EventOut], **FAILURES}, **EVENTS_READ)
def list_events(
    request: ApiRequest, state: State | None = None, after: Place = "", limit: Limit = 50
) -> shapes.Page[shapes.EventOut]:
    """What Azure delivered, and what became of it. For administrators."""
    place = paging.place(after, "after", key=serial)
    page, cursor = newest(events_of(request.auth.owner), state=state or "", after=place, limit=limit)
    return shapes.Page(items=[shapes.EventOut.of(event) for event in page], next=following(request, "after", cursor))


@api.get("/connection", response={200: shapes.ConnectionOut, **FAILURES}, **CONNECTION_READ)
def read_connection(request: ApiRequest) -> shapes.ConnectionOut:
    """The connection to the Azure Communication Services resource, without its secret. For administrators."""
    connections = connections_of(request.auth.owner).prefetch_related("entries")
    connection = connections.filter(disconnected_at=None).first()
    return shapes.ConnectionOut.of(connection) if connection else shapes.ConnectionOut()


@api.get("/numbers", response={200: shapes.Page[shapes.NumberOut], **FAILURES}, **NUMBERS_READ)
def list_numbers(request: ApiRequest, after: Word = "", limit: Limit = 50) -> shapes.Page[shapes.NumberOut]:
    """The connected resource's numbers, in their own order."""
    known = orders.with_use(numbers_of(request.auth.owner))
    page, cursor = paging.in_order(known, by="number", after=after, limit=limit)
    return shapes.Page(items=[shapes.NumberOut.of(number) for number in page], next=following(request, "after", cursor))


@api.get("/agents", response={200: shapes.Page[shapes.AgentOut], **FAILURES}, **AGENTS_READ)
def list_agents(request: ApiRequest, after: Word = "", limit: Limit = 50) -> shapes.Page[shapes.AgentOut]:
    """Everybody who works here, by username: how they are seen, and what their work takes of their capacity."""
    page, cursor = paging.in_order(colleagues_of(request.auth.owner), by="username", after=after, limit=limit)
    at = now()
    seen = duties(page, at=at)
    items = [shapes.AgentOut.of(user, seen[user.pk], at=at) for user in page]
    return shapes.Page(items=items, next=following(request, "after", cursor))


@api.get("/offers", response={200: shapes.Page[shapes.OfferOut], **FAILURES}, **AGENTS_READ)
def list_offers(request: ApiRequest, after: Serial = 0, limit: Limit = 50) -> shapes.Page[shapes.OfferOut]:
    """What is offered to whom at this moment, the oldest first."""
    page, cursor = paging.in_order(pending_offers_of(request.auth.owner), by="id", after=after, limit=limit)
    return shapes.Page(items=[shapes.OfferOut.of(offer) for offer in page], next=following(request, "after", cursor))


@api.get("/templates", response={200: shapes.Page[shapes.TemplateOut], **FAILURES}, **CAMPAIGNS_READ)
def list_templates(request: ApiRequest, after: Serial = 0, limit: Limit = 50) -> shapes.Page[shapes.TemplateOut]:
    """In the order in which they were made."""
    page, cursor = paging.in_order(templates_of(request.auth.owner), by="id", after=after, limit=limit)
    return shapes.Page(items=[shapes.TemplateOut.of(one) for one in page], next=following(request, "after", cursor))


@api.get("/campaigns", response={200: shapes.Page[shapes.CampaignOut], **FAILURES}, **CAMPAIGNS_READ)
def list_campaigns(request: ApiRequest, after: Place = "", limit: Limit = 50) -> shapes.Page[shapes.CampaignOut]:
    """For administrators and supervisors; others have none."""
    place = paging.place(after, "after", key=serial)
    page, cursor = newest_page(campaigns_of(request.auth.owner), by="created_at", after=place, limit=limit)
    return shapes.Page(items=[shapes.CampaignOut.of(one) for one in page], next=following(request, "after", cursor))


@api.get("/campaigns/{int:campaign_id}", response={200: shapes.ProgressOut, **FAILURES}, **CAMPAIGNS_READ)
def read_campaign(request: ApiRequest, campaign_id: int) -> shapes.ProgressOut:
    """With how far it is."""
    if campaign_id > LARGEST:
        raise Http404
    return shapes.ProgressOut.with_tally(get_object_or_404(campaigns_of(request.auth.owner), pk=campaign_id))


@elsewhere.api_operation(["GET", "POST", "PUT", "PATCH", "DELETE"], "/{path:rest}", include_in_schema=False)
def nothing(request: HttpRequest, rest: str) -> None:
    """So that a wrong address is refused in the API's own words."""
    raise Http404


api.add_router("", elsewhere)


def _conversation(request: ApiRequest, conversation_id: UUID) -> Conversation:
    return get_object_or_404(_visible(request), pk=conversation_id)


def _visible(request: ApiRequest) -> QuerySet[Conversation]:
    return queries.with_endings(conversations_of(request.auth.owner))


def _spellings(customer: str) -> set[str]:
    """A plus that is not escaped arrives as a blank."""
    bare = customer.strip().lstrip("+")
    return {bare, f"+{bare}"}
