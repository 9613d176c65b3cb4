"""The figures of a report: pure functions of the rows that the projections keep. No clock, no store."""
