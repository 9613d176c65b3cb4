def books(unit, log, session, records):
    # ruleid: publishing
    log.publish(records)
    # ruleid: publishing
    KafkaProducer(bootstrap_servers="localhost")
    # ok: publishing
    unit.save(session)
    # ok: publishing
    unit.publish(session, 1)
