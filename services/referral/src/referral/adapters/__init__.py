"""What the referral service reads from, and writes to, the outside."""
