import socket
import urllib.request

import requests


def calls(url):
    # ruleid: timeouts
    requests.get(url)
    # ruleid: timeouts
    requests.post(url, json={})
    # ruleid: timeouts
    urllib.request.urlopen(url)
    # ruleid: timeouts
    socket.create_connection((url, 443))
    # ok: timeouts
    requests.get(url, timeout=5)
    # ok: timeouts
    urllib.request.urlopen(url, timeout=2)
    # ok: timeouts
    socket.create_connection((url, 443), timeout=2)
