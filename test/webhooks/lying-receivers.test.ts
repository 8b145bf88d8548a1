import { expect, test } from "bun:test";
import { parseCursor } from "../../src/journal/feed.ts";
import { Random } from "../../src/synthetic/random.ts";
import { FULL, testInFull } from "../support/full.ts";
import { LIES, type LyingReceiver, lyingReceiver } from "../support/webhooks/lying-receiver.mjs";
import { withWebhooks } from "../support/webhooks/world.ts";

const HOUR = 3_600_000;

/** Verifies requests as the specification of Standard Webhooks says; written without a look at our code. */
const VERIFIER = `
import base64, hashlib, hmac, json, sys
given = json.load(sys.stdin)
key = base64.b64decode(given["secret"].removeprefix("whsec_"))
wrong = []
for one in given["requests"]:
    headers, body = one["headers"], one["body"]
    content = headers["webhook-id"] + "." + headers["webhook-timestamp"] + "." + body
    right = base64.b64encode(hmac.new(key, content.encode(), hashlib.sha256).digest()).decode()
    versions = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    if not any(v == "v1" and hmac.compare_digest(s, right) for v, s in versions):
        wrong.append(headers["webhook-id"])
    if json.loads(body)["id"] != headers["webhook-id"]:
        wrong.append("id of " + headers["webhook-id"])
print(json.dumps(wrong))
`;

/** The ids of requests whose signature is not that of the secret. */
async function wronglySigned(there: LyingReceiver, secret: string): Promise<unknown> {
  const program = Bun.spawn(["python3", "-c", VERIFIER], {
    stdin: new Blob([JSON.stringify({ secret, requests: there.got })]),
    stderr: "inherit",
  });
  return JSON.parse(await new Response(program.stdout).text());
}

const idsOf = ({ got }: LyingReceiver) => got.map(({ headers }) => headers["webhook-id"] ?? "");

for (const lie of LIES)
  test(`an event to a receiver that ${lie.name} is ${lie.received ? "received" : "sent again"}`, () =>
    withWebhooks(async ({ made, happens, sent, log, ports }) => {
      const there = await lyingReceiver((n) => (n === 0 ? lie : null));
      const { id } = await made(there.url);
      await happens(1);
      await sent();
      expect((await log(id)).map(({ state }) => state)).toEqual([
        lie.received ? "delivered" : "waiting",
      ]);
      ports.clock.advance(HOUR);
      await sent();
      expect((await log(id)).map(({ state }) => state)).toEqual(["delivered"]);
      expect(there.got).toHaveLength(lie.received ? 1 : 2);
      expect(new Set(idsOf(there)).size).toBe(1);
      there.close();
    }));

const EVENTS = FULL ? 400 : 40;

test(
  `${EVENTS} events to a receiver that lies at random all arrive, their first attempts in order`,
  () =>
    withWebhooks(async ({ made, happens, sent, ports, send }) => {
      const random = new Random(7);
      const there = await lyingReceiver(() =>
        random.below(2) === 0 ? (LIES[random.below(LIES.length)] ?? null) : null,
      );
      const { id, secret } = await made(there.url);
      await happens(EVENTS);
      const { body } = await send("GET", "/api/events?limit=500");
      const events: string[] = body.data.map((event: { id: string }) => event.id);
      for (let n = 0; n < 200; n += 1) {
        await sent();
        const [waits] = await ports.reader.rows({
          sql: `select position, (select count(*) from webhook_deliveries where state = 'waiting') as n
            from webhooks where id = ?1`,
          args: [id],
        });
        if (
          Number(waits?.n) === 0 &&
          Number(waits?.position) >= (parseCursor(events.at(-1) ?? "") ?? 0)
        )
          break;
        ports.clock.advance(HOUR / 4);
      }
      const firsts = [...new Set(idsOf(there))];
      expect(firsts).toEqual(events);
      if (Bun.which("python3") === null) return there.close();
      expect(await wronglySigned(there, secret)).toEqual([]);
      expect(await wronglySigned(there, `whsec_${btoa("outro segredo")}`)).not.toEqual([]);
      there.close();
    }),
  FULL ? 600_000 : 60_000,
);

testInFull(
  "an event to a receiver that sends its head too slowly is sent again after 15 s",
  () =>
    withWebhooks(async ({ made, happens, sent, log }) => {
      const slow = {
        name: "",
        bytes: "HTTP/1.1 200 OK\r\nx-",
        afterwards: "drip",
        received: false,
      } as const;
      const there = await lyingReceiver((n) => (n === 0 ? slow : null));
      const { id } = await made(there.url);
      await happens(1);
      const began = performance.now();
      await sent();
      expect(performance.now() - began).toBeLessThan(18_000);
      const [one] = await log(id);
      expect([one?.state, one?.log[0]?.fault]).toEqual(["waiting", "timeout"]);
      there.close();
    }),
  60_000,
);
