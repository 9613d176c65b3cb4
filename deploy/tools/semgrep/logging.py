from movewell.telemetry import logger

log = logger(__name__)


def tells(person, nhs_number):
    # ruleid: logging
    log.info("referral.received", what=nhs_number)
    # ruleid: logging
    log.warning("referral.received", what=person.nhs_number)
    # ruleid: logging
    log.info("referral.received", what=f"{person.family_name}")
    # ruleid: logging
    log.info(f"referral of {person.postcode}")
    # ruleid: logging
    log.info("referral.received", nhs_number=person.id)
    # ok: logging
    log.info("referral.received", person_id=person.id)
