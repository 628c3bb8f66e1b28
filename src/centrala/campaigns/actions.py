"""What administrators and supervisors do with campaigns. All of it stands in the audit log."""

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from centrala.campaigns import checking, sheets
from centrala.campaigns.models import Campaign, Place, Recipient, State, Template, Why
from centrala.conversations.ids import in_order
from centrala.conversations.texts import sendable
from centrala.errors import Refused
from centrala.numbers.models import PhoneNumber
from centrala.organization.audit import changed, record
from centrala.organization.fields import one_line
from centrala.organization.models import User

BATCH = 2_000


@transaction.atomic
def draft(*, name: str, number: PhoneNumber, text: str, file: bytes, author: User) -> Campaign:
    """Reads the file and keeps what would be sent to whom; nothing leaves before `start`.

    Raises Refused, with the field at fault.
    """
    name = one_line(name, model=Campaign, field="name")
    text = sendable(text)
    rows = checking.check(sheets.read(file), text=text, sender=number)
    campaign = Campaign.objects.create(name=name, number=number, text=text, author=author)
    ids = in_order(len(rows))
    recipients = [
        Recipient(
            id=id_,
            campaign=campaign,
            line=row.line,
            number=row.number,
            text=row.text,
            units=row.units,
            place=row.place,
            why=row.why or "",
            detail=row.detail,
        )
        for id_, row in zip(ids, rows, strict=True)
    ]
    Recipient.objects.bulk_create(recipients, batch_size=BATCH)
    going = sum(row.why is None for row in rows)
    after = {"numbers": [number.number], "rows": len(rows), "going": going}
    record(actor=author, act="add campaign", target=name, after=after)
    return campaign


@transaction.atomic
def start(*, campaign: Campaign, actor: User) -> Campaign:
    """Somebody has seen the summary and confirms it. Raises Refused."""
    campaign = _locked(campaign)
    _must_be(campaign, State.DRAFT)
    going = campaign.recipients.filter(place=Place.WAITING).count()
    if not going:
        raise Refused(_("There is nobody to write to: every line is left out."))
    if campaign.number.connection.disconnected_at is not None:
        raise Refused(_("The Azure resource of this number is disconnected, so nothing can be sent from it."))
    campaign.state, campaign.started_by, campaign.started_at = State.RUNNING, actor, now()
    campaign.save(update_fields=["state", "started_by", "started_at"])
    record(actor=actor, act="start campaign", target=campaign.name, after={"going": going})
    return campaign


@transaction.atomic
def pause(*, campaign: Campaign, actor: User) -> Campaign:
    campaign = _locked(campaign)
    _must_be(campaign, State.RUNNING)
    return _moved(campaign, State.PAUSED, actor, "pause campaign")


@transaction.atomic
def resume(*, campaign: Campaign, actor: User) -> Campaign:
    campaign = _locked(campaign)
    _must_be(campaign, State.PAUSED)
    campaign.problem = ""
    return _moved(campaign, State.RUNNING, actor, "resume campaign")


@transaction.atomic
def cancel(*, campaign: Campaign, actor: User) -> Campaign:
    """For good: what has not been handed over never is. What was on its way arrives."""
    campaign = _locked(campaign)
    _must_be(campaign, State.RUNNING, State.PAUSED)
    waiting = campaign.recipients.filter(place=Place.WAITING)
    waiting.update(place=Place.LEFT_OUT, why=Why.CANCELLED, text="", units=0)
    campaign.problem, campaign.ended_at = "", now()
    return _moved(campaign, State.CANCELLED, actor, "cancel campaign")


@transaction.atomic
def discard(*, campaign: Campaign, actor: User) -> None:
    """A draft that nobody wants, with all that was read from its file."""
    campaign = _locked(campaign)
    _must_be(campaign, State.DRAFT)
    record(actor=actor, act="discard campaign", target=campaign.name)
    campaign.recipients.all().delete()
    campaign.delete()


@transaction.atomic
def save_template(*, template: Template, actor: User) -> Template:
    """Raises Refused, with the field at fault."""
    kept = Template.objects.select_for_update().filter(pk=template.pk).first()
    template.name = one_line(template.name, model=Template, field="name")
    template.text = sendable(template.text)
    twins = Template.objects.exclude(pk=template.pk).filter(name=template.name, language=template.language)
    if twins.exists():
        raise Refused(_("There is a template of this name in this language already."), field="name")
    template.save()
    before, after = _told(kept), _told(template)
    if before != after:
        was, became = changed(before, after) if kept else ({}, after)
        record(
            actor=actor, act=f"{'change' if kept else 'add'} template", target=template.name, before=was, after=became
        )
    return template


@transaction.atomic
def remove_template(*, template: Template, actor: User) -> None:
    record(actor=actor, act="delete template", target=template.name, before=_told(template))
    template.delete()


def _locked(campaign: Campaign) -> Campaign:
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("number__connection")
    found = rows.filter(pk=campaign.pk).first()
    if found is None:
        raise Refused(_("This campaign has been discarded meanwhile."))
    return found


def _must_be(campaign: Campaign, *states: State) -> None:
    if campaign.state not in states:
        raise Refused(
            _("The campaign has moved on meanwhile: it is now “%(state)s”.") % {"state": campaign.get_state_display()}
        )


def _moved(campaign: Campaign, to: State, actor: User, act: str) -> Campaign:
    before, campaign.state = campaign.state, to
    campaign.save(update_fields=["state", "problem", "ended_at"])
    told = {"campaign_state": before}, {"campaign_state": to}
    record(actor=actor, act=act, target=campaign.name, before=told[0], after=told[1])
    return campaign


def _told(template: Template | None) -> dict[str, object]:
    return {name: getattr(template, name) for name in ("name", "language", "text")} if template else {}
