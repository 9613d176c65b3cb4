"""Side-by-side measurements on real Apache Kafka: `make bench-kafka`. What is compared, and how, is in `contest.py`."""
