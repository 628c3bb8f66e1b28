"""Checks that `--loose NAME` switches off. Everything else is always as strict as Azure."""

from enum import StrEnum


class Check(StrEnum):
    SMS_RATE = "sms-rate"  # message units a minute, by the kind of sender
    SIP_DOMAIN = "sip-domain"  # a trunk's domain must have been verified
    WRITER = "writer-must-own-app"  # of the application that an event subscription names
