"""Pure folds of the log into rows: one a referral, one a booking. No person, no now, no shared counter."""
