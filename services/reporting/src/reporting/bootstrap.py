"""The composition root of reporting: nothing but views."""

from movewell.service import Service
from movewell.store.documents import stored

from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS

SERVICE = Service("reporting", stored(), projections=(BOOKINGS, REFERRALS))
