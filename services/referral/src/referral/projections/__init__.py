"""Pure folds of the log into what a clinician looks at: one row a referral, and its timeline. No person in either."""
