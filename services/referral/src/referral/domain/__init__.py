"""The rules of the referral service. Pure: the standard library, the kernel and the contracts."""
