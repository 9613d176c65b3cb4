"""`make kafka`: a broker in the foreground, its data under `data/kafka`, until Ctrl-C."""

import os
import signal
import sys
from pathlib import Path

from deploy.local.foreign_process import DidNotStart, Place
from deploy.local.kafka.broker import Broker

place = Place(port=int(os.environ.get("KAFKA_PORT", "9092")))
broker = Broker(Path(os.environ.get("KAFKA_DATA", "data/kafka")).absolute(), place)
try:
    broker.start()
except DidNotStart as error:
    sys.exit(f"No Kafka: {error}")
print(f"Kafka answers. EVENT_LOG_URL={broker.url}  (Ctrl-C stops it)", flush=True)
try:
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
finally:
    broker.stop()
