"""The use cases of referral, one a file."""
