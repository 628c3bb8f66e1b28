"""What the admin center asks for. The labels are the original's, see the tests of its pages."""

from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from centrala.azure.eventgrid import DeadLetters
from centrala.azure.identifiers import LONGEST, ResourceId
from centrala.characters import storable
from centrala.connection.checks import ConnectFields
from centrala.connection.models import EVENT_TYPES, Service
from centrala.inbox.models import State
from centrala.inbox.queries import Wanted
from centrala.keyset import CursorField, serial
from centrala.look.tags import phone
from centrala.numbers.models import PhoneNumber
from centrala.organization.models import User

LONGEST_PICKED = 500
PREFIX = "Microsoft.Communication."  # of an event's type, where it may be left out
NOTHING = {""}  # a type that no event has
PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off", "aria-required": "true"}


class ConnectForm(forms.Form):
    """No field is required here: the action tells for an empty value, too, what belongs there and where it is found."""

    resource_name = forms.CharField(
        label=_("ACS Resource Name"),
        help_text=_("Azure portal: open the Communication Services resource, Settings > Properties, copy Name."),
        required=False,
        widget=forms.TextInput(PLAIN),
    )
    resource_id = forms.CharField(
        label=_("ACS Resource ID"),
        help_text=_("On the same page, Settings > Properties, copy Resource ID. It begins with /subscriptions/."),
        required=False,
        widget=forms.TextInput(PLAIN),
    )
    connection_string = forms.CharField(
        label=_("Connection string"),
        help_text=_(
            "In the same resource, Tools > Keys, copy Connection string under Primary key. "
            "It is stored encrypted and never shown again."
        ),
        required=False,
        widget=forms.PasswordInput(PLAIN, render_value=False),
    )
    event_grid_app_id = forms.CharField(
        label=_("Event grid app id"),
        help_text=_("Azure portal: App registrations, open your application, copy Application (client) ID."),
        required=False,
        widget=forms.TextInput(PLAIN),
    )
    event_grid_app_tenant_id = forms.CharField(
        label=_("Event grid app tenant id"),
        help_text=_("On the same page of the application, copy Directory (tenant) ID."),
        required=False,
        widget=forms.TextInput(PLAIN),
    )
    confirmed = forms.BooleanField(
        label=_("I confirm that this ACS resource is connected to this installation only"),
        required=False,
        widget=forms.CheckboxInput({"aria-required": "true"}),
    )

    taken_over = forms.BooleanField(
        label=_("The other installation does not use this resource any more: connect it here"),
        required=False,
    )

    @staticmethod
    def initial_from(picked: Mapping[str, str]) -> dict[str, str]:
        """What was picked in Azure, in the address that leads here; never the key."""
        names = ("resource_name", "resource_id", "event_grid_app_id", "event_grid_app_tenant_id")
        return {name: picked[name][:LONGEST_PICKED] for name in names if picked.get(name)}

    @property
    def connect_fields(self) -> ConnectFields:
        return ConnectFields(**self.cleaned_data)


class SetupForm(forms.Form):
    """What "Set up Azure for me" may be told; nothing has to be. Cleaned, they are ids and places."""

    resource = forms.CharField(required=False, max_length=LONGEST, widget=forms.HiddenInput)
    application_id = forms.CharField(
        label=_("Application of your own"),
        help_text=_(
            "Application (client) ID. Empty: the connected one, else one is registered for this hub. Another one than "
            "the connected: texts that arrive meanwhile come again, calls do not."
        ),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(PLAIN | {"aria-required": "false"}),
    )
    dead_letter = forms.CharField(
        label=_("Place for events that could not be delivered"),
        help_text=_("A storage account's resource ID, a slash, and a blob container. Empty: it stays as it is."),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(PLAIN | {"aria-required": "false"}),
    )
    taken_over = forms.BooleanField(
        label=_("The other installation does not use this resource any more: connect it here"),
        required=False,
    )

    def clean_resource(self) -> ResourceId | None:
        text = self.cleaned_data["resource"]
        try:
            return ResourceId.parse(text) if text else None
        except ValueError:
            raise forms.ValidationError(_("This is not the id of a Communication Services resource.")) from None

    def clean_application_id(self) -> str:
        text = str(self.cleaned_data["application_id"]).strip()
        try:
            return str(UUID(text)) if text else ""
        except ValueError:
            raise forms.ValidationError(
                _("This is not an id of the form 00000000-0000-0000-0000-000000000000. Copy %(what)s.")
                % {"what": _("Application (client) ID")}
            ) from None

    def clean_dead_letter(self) -> DeadLetters | None:
        text = self.cleaned_data["dead_letter"]
        try:
            return DeadLetters.parse(text) if text else None
        except ValueError:
            raise forms.ValidationError(
                _("This names no blob container: /subscriptions/…/storageAccounts/NAME/CONTAINER.")
            ) from None


class RepairForm(forms.Form):
    """A connection string that replaces the stored one."""

    connection_string = forms.CharField(
        label=_("Connection string"),
        help_text=_("In the resource, Tools > Keys, copy Connection string under Primary key."),
        required=False,
        widget=forms.PasswordInput(PLAIN, render_value=False),
    )


class EventsForm(forms.Form):
    """Every field may be left out; one that makes no sense is as if it were."""

    search = forms.CharField(label=_("Event id or part of the subject"), required=False, max_length=LONGEST_PICKED)
    service = forms.ChoiceField(label=_("Service"), required=False, choices=[("", _("All services")), *Service.choices])
    type = forms.CharField(
        label=_("Type"), required=False, max_length=200, widget=forms.TextInput({"list": "event-types"})
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *State.choices], widget=forms.HiddenInput
    )
    after = CursorField(key=serial)

    @property
    def asked(self) -> dict[str, str]:
        """What the filter says, without the place in the list."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value and name != "after"}

    @property
    def wanted(self) -> Wanted:
        asked = self.asked
        service, type_ = asked.get("service"), storable(asked.get("type", ""))
        types = set(EVENT_TYPES[Service(service)]) if service else set()
        if type_:
            named = {type_ if "." in type_ else f"{PREFIX}{type_}"}
            types = types & named or NOTHING if service else named
        return Wanted(
            state=asked.get("state", ""), types=tuple(sorted(types)), search=storable(asked.get("search", ""))
        )


class People(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """Those who work here, by name."""

    def label_from_instance(self, obj: User) -> str:
        return obj.display_name


class Lines(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Phone numbers, as they are read."""

    def label_from_instance(self, obj: PhoneNumber) -> str:
        return phone(obj.number)
