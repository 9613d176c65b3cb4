"""Write the stack's stores, keyring and log into `/export`, as files for `tests/faults/checker.py`.

Run within the stack's network by `make compose-check`, with `tests/faults/exports.py` beside it.
"""

from pathlib import Path

from exports import export_keyring, export_log, export_store  # type: ignore[import-not-found]

SERVICES = ("referral", "scheduling", "outcomes", "notifications", "reporting")
folder = Path("/export")
password = Path("/run/secrets/mongo_root_password").read_text().strip()


def database(name: str) -> str:
    return f"mongodb://root:{password}@mongo:27017/movewell_{name}?authSource=admin&directConnection=true"


for each in SERVICES:
    export_store(database(each), folder / f"{each}.sqlite")
export_keyring(database("keyring"), folder / "keyring.sqlite")
print(f"{export_log('kafka:9092', '', folder / 'log.sqlite')} records in the log")
