"""A file of an own carrier's numbers, checked and waiting, or on its way into the list of numbers."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import pgettext_lazy

from centrala.connection.models import Connection
from centrala.numbers.models import Carrier, NumberType
from centrala.organization.models import User


class State(models.TextChoices):
    CHECKED = "checked", pgettext_lazy("import", "Checked, nothing imported yet")
    UNDER_WAY = "under_way", pgettext_lazy("import", "Under way")
    DONE = "done", pgettext_lazy("import", "Done")
    STOPPED = "stopped", pgettext_lazy("import", "Stopped")


class NumberImport(models.Model):
    """`done` of its `total` rows are through; `skipped` of these were here already, by another way, when their turn
    came. Stopped, by somebody or because the resource was disconnected, it goes on when it is begun again."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    carrier = models.ForeignKey(Carrier, on_delete=models.CASCADE, related_name="imports")
    country = models.CharField(max_length=2)
    type = models.CharField(max_length=20, choices=NumberType)
    file_name = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKED)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    skipped = models.IntegerField(default=0)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="import_no_further_than_its_rows")
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def busy(self) -> bool:
        return self.state == State.UNDER_WAY

    @property
    def imported(self) -> int:
        return self.done - self.skipped


class ImportRow(models.Model):
    number_import = models.ForeignKey(NumberImport, on_delete=models.CASCADE, related_name="rows")
    place = models.IntegerField()  # from 1, as rows are imported
    line = models.IntegerField()  # of the file
    number = models.CharField(max_length=20)
    receives_calls = models.BooleanField()
    makes_calls = models.BooleanField()
    skipped = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["number_import", "place"], name="one_row_of_a_place")]

    def __str__(self) -> str:
        return f"{self.line}: {self.number}"
