"""Keeps a copy of the stock from the feed of events. Python 3, standard library alone.

Use: SGE_URL=http://127.0.0.1:8003 SGE_TOKEN=sge_... python3 mirror.py STATE.json
Reads what happened since the last run, saves the copy with the place in the feed, and prints the stock as JSON.
"""
import json
import os
import sys
import time
import urllib.error
import urllib.request
from decimal import Decimal

URL = os.environ["SGE_URL"].rstrip("/")
TOKEN = os.environ["SGE_TOKEN"]


def get(path):
    """GET as JSON with exact decimals; waits and repeats where nothing was executed."""
    request = urllib.request.Request(URL + path, headers={"Authorization": "Bearer " + TOKEN})
    for attempt in range(8):
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer, parse_float=Decimal, parse_int=Decimal)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504):
                raise
            time.sleep(float(error.headers.get("Retry-After") or 2**attempt / 10))
        except (urllib.error.URLError, ConnectionError, TimeoutError, ValueError, OSError):
            time.sleep(2**attempt / 10)
    raise SystemExit("the service does not answer")


def whole_stock():
    """Every product, read page by page."""
    stock, page = {}, 1
    while True:
        answer = get(f"/api/stock?limit=100&page={page}")
        for item in answer["data"]:
            stock[item["code"]] = [str(item["quantity"]), str(item["stock_value"])]
        if page >= answer["pagination"]["total_pages"]:
            return stock
        page += 1


def follow(state):
    """Applies the events since the state's cursor; an event that does not list all its movements makes it read the stock again."""
    again = state["cursor"] == ""
    while True:
        after = f"&after={state['cursor']}" if state["cursor"] else ""
        try:
            answer = get("/api/events?limit=500" + after)
        except urllib.error.HTTPError as error:
            if error.code != 410:
                raise
            # The events after this cursor are no longer kept.
            state["cursor"], again = "", True
            continue
        for event in answer["data"]:
            payload = event["payload"]
            if "complete" not in payload:
                continue
            again = again or not payload["complete"]
            for moved in payload["movements"]:
                state["stock"][moved["product_code"]] = [str(moved["balance"]), str(moved["stock_value"])]
        state["cursor"] = answer["next_cursor"]
        if not answer["data"]:
            break
    if again:
        # Newer than the cursor at least; the events after it set the same balances again.
        state["stock"].update(whole_stock())
    return state


def main(path):
    try:
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
    except FileNotFoundError:
        state = {"cursor": "", "stock": {}}
    follow(state)
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.replace(path + ".new", path)
    print(json.dumps(state["stock"]))


if __name__ == "__main__":
    main(sys.argv[1])
