"""The event stream for analysts: shown as it comes, as Parquet files, and copied for one Talking Therapies service."""
