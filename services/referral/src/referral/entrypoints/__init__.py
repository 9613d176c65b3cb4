"""The doors of referral."""
