"""Movewell referral service."""
