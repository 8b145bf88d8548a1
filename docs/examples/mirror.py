"""Keeps a copy of the products and of the stock from the feed of events. Python 3, standard library alone.

Use: SGE_URL=http://127.0.0.1:8003 SGE_TOKEN=sge_... python3 mirror.py STATE.json [follow]
Reads what happened since the last run, saves the copy with the place in the feed, and prints it as JSON.
With "follow" it then stays on the event stream, and saves the copy after each event, until it is stopped.
"""
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from decimal import Decimal

URL = os.environ["SGE_URL"].rstrip("/")
TOKEN = os.environ["SGE_TOKEN"]
CUT = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError, ValueError, OSError)


def opened(path, **headers):
    asked = urllib.request.Request(URL + path, headers={"Authorization": "Bearer " + TOKEN, **headers})
    return urllib.request.urlopen(asked, timeout=30)


def read(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def get(path):
    """GET as JSON with exact decimals; waits and repeats where the answer did not come, or not whole."""
    for attempt in range(12):
        try:
            with opened(path) as answer:
                return read(answer.read())
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504):
                raise
            time.sleep(float(error.headers.get("Retry-After") or min(2**attempt / 10, 5)))
        except CUT:
            time.sleep(min(2**attempt / 10, 5))
    raise SystemExit("the service does not answer")


def pages(path):
    """Every element of a list, by its cursor."""
    cursor = "start"
    while cursor is not None:
        answer = get(f"{path}?limit=100&cursor={urllib.parse.quote(cursor)}")
        yield from answer["data"]
        cursor = answer["pagination"]["next_cursor"]


def start_again(state):
    """A place in the feed first, then the whole of what stands: what happens between is read twice, and nothing is missed."""
    cursor = get("/api/events?after=end")["next_cursor"]
    products, stock = {}, {}
    for item in pages("/api/products"):
        products[item["code"]] = [item["name"], item["unit"]]
    for item in pages("/api/stock"):
        stock[item["code"]] = [str(item["quantity"]), str(item["stock_value"])]
    state.update(cursor=cursor, products=products, stock=stock)


def product(state, code):
    """Reads one product again: its name has changed, it is new, or it is in no list any more."""
    found = get("/api/products/" + urllib.parse.quote(code, safe=""))
    if found["active"]:
        state["products"][code] = [found["name"], found["unit"]]
        state["stock"].setdefault(code, ["0", "0"])
    else:
        state["products"].pop(code, None)
        state["stock"].pop(code, None)


def apply(state, event):
    """Applies an event; false where it does not list all that it moved, so that the stock must be read again."""
    payload = event["payload"]
    if not payload.get("complete", True):
        return False
    codes = {payload["product_code"]} if event["type"].startswith("product.") else set()
    for moved in payload.get("movements", []) if "complete" in payload else []:
        code = moved["product_code"]
        state["stock"][code] = [str(moved["balance"]), str(moved["stock_value"])]
        if code not in state["products"]:
            codes.add(code)
    for code in codes:
        product(state, code)
    state["cursor"] = event["id"]
    return True


def catch_up(state):
    """Applies the events since the state's cursor."""
    if not state["cursor"]:
        start_again(state)
    while True:
        try:
            answer = get("/api/events?limit=500&after=" + state["cursor"])
        except urllib.error.HTTPError as error:
            if error.code != 410:
                raise
            # The events after this cursor are no longer kept.
            start_again(state)
            continue
        if not answer["data"]:
            return
        if not all(apply(state, event) for event in answer["data"]):
            start_again(state)


def frames(answer):
    """The frames of an event stream: name, data and id."""
    frame = {}
    for line in answer:
        name, _, value = line.decode("utf-8").rstrip("\r\n").partition(": ")
        if name:
            frame[name] = value
        elif frame:
            yield frame
            frame = {}


def follow(state, path):
    """Stays on the stream; after a cut it goes on behind the last event that was saved."""
    while True:
        try:
            with opened("/api/notifications/stream", **{"Last-Event-ID": state["cursor"]}) as stream:
                for frame in frames(stream):
                    if frame.get("event") == "gap":
                        start_again(state)
                    elif "id" in frame and frame.get("event") not in (None, "connected", "NEW_NFE"):
                        if not apply(state, read(frame["data"])):
                            start_again(state)
                    save(state, path)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504):
                raise
            time.sleep(float(error.headers.get("Retry-After") or 1))
        except CUT:
            time.sleep(0.2)


def save(state, path):
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.replace(path + ".new", path)


def main(path, how=""):
    try:
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
    except FileNotFoundError:
        state = {"cursor": "", "products": {}, "stock": {}}
    catch_up(state)
    save(state, path)
    print(json.dumps({"products": state["products"], "stock": state["stock"]}), flush=True)
    if how == "follow":
        follow(state, path)


if __name__ == "__main__":
    main(*sys.argv[1:3])
