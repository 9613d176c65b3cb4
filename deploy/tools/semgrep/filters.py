from flask import request


def asks(tx, schema):
    # ruleid: filters
    tx.find("referrals", request.get_json())
    wanted = request.args.to_dict()
    # ruleid: filters
    tx.count("referrals", wanted)
    # ruleid: filters
    tx.find("referrals", {"status": request.json["status"]}, limit=1)
    # ok: filters
    tx.find("referrals", {"status": schema.load(request.get_json())["status"]})
    # ok: filters
    tx.find("referrals", {"status": "open"})
