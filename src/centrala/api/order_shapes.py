"""What the API takes and answers of orders of numbers. Add to these shapes, never change them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from centrala.azure.number_market import Features
from centrala.numbers.models import NumberType
from centrala.ordering.models import Kind, Order, State
from centrala.ordering.words import WORDS


class FeaturesIn(Schema):
    receives_calls: bool = False
    makes_calls: bool = False
    receives_sms: bool = False
    sends_sms: bool = False

    @property
    def features(self) -> Features:
        return Features(
            receives_calls=self.receives_calls,
            makes_calls=self.makes_calls,
            receives_sms=self.receives_sms,
            sends_sms=self.sends_sms,
        )


class OrderIn(FeaturesIn):
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    type: Literal["toll_free", "geographic", "mobile"]
    area_code: Annotated[str, Field(pattern="^[0-9]{0,10}$")] = ""  # "": any that Azure has


class PurchaseIn(Schema):
    """`agreed` not to sell the number on, where the order says `no_resale`."""

    agreed: bool = False


class OrderOut(Schema):
    """`number` is held back for us until `expires_at` once the state is `found`; `expired`: it is no longer."""

    id: UUID
    kind: Kind
    state: State
    number: str | None
    country: str
    type: NumberType
    area_code: str
    receives_calls: bool
    makes_calls: bool
    receives_sms: bool
    sends_sms: bool
    monthly_cost: Decimal | None
    currency: str
    no_resale: bool
    expires_at: datetime | None
    expired: bool
    error: str | None
    created_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, order: Order) -> "OrderOut":
        return cls(
            id=order.pk,
            kind=Kind(order.kind),
            state=State(order.state),
            number=order.number or None,
            country=order.country,
            type=NumberType(order.type),
            area_code=order.area_code,
            receives_calls=order.receives_calls,
            makes_calls=order.makes_calls,
            receives_sms=order.receives_sms,
            sends_sms=order.sends_sms,
            monthly_cost=order.monthly_cost,
            currency=order.currency,
            no_resale=order.no_resale,
            expires_at=order.expires_at,
            expired=order.expired,
            error=str(WORDS[order.trouble]) if order.trouble else None,
            created_at=order.created_at,
            ended_at=order.ended_at,
        )
