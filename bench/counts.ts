import { figure, quantile, spread, table } from "./figures.ts";
import { freshNotes, startService } from "./server.ts";
import { fillShop } from "./shop.ts";

/**
 * A stock-taking over a shop of some years, over HTTP: lines of 500 at a time, the pages of its review, and its close, which makes
 * a movement for nearly every product; beside the close, uploads one after the other, which wait for its batches.
 * bun bench/counts.ts [movements = 1000000] [products = 20000] [times = 3]
 */
const [movements = 1_000_000, products = 20_000, times = 3] = process.argv.slice(2).map(Number);
const LINES = 500;

await using service = await startService();
await fillShop(service.database, movements, products);

/** The answer, and how long it took, ms. */
async function ask<T>(
  method: string,
  path: string,
  body?: object,
  key = "",
): Promise<{ ms: number; body: T }> {
  const begun = performance.now();
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${service.token}`,
      ...(key === "" ? {} : { "idempotency-key": key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
  const ms = performance.now() - begun;
  return { ms, body: JSON.parse(text) };
}

const taken = new Map<string, number[]>();
const took = (what: string, ms: number) => taken.set(what, [...(taken.get(what) ?? []), ms]);
const uploads: number[] = [];
const note = freshNotes();

/** One note of ten items; whether it was taken. */
async function upload(): Promise<boolean> {
  const answer = await fetch(`${service.url}/api/nfe/upload?approve=true`, {
    method: "POST",
    headers: { authorization: `Bearer ${service.token}`, "content-type": "application/xml" },
    body: note(10).xml,
  });
  await answer.arrayBuffer();
  return answer.ok;
}

// What was filled in is still being written to its place.
while (!(await upload())) await Bun.sleep(500);

for (let time = 0; time < times; time += 1) {
  const opened = await ask<{ count: { id: string } }>("POST", "/api/counts", {
    name: "Tudo",
    scope: "all",
  });
  took("opening", opened.ms);
  const path = `/api/counts/${opened.body.count.id}`;
  for (let from = 1; from <= products; from += LINES) {
    const lines = Array.from({ length: Math.min(LINES, products + 1 - from) }, (_, n) => ({
      product_code: String(from + n).padStart(6, "0"),
      quantity: 10 + ((from + n + time) % 7),
      device: "coletor",
    }));
    took(`${LINES} lines`, (await ask("POST", `${path}/lines`, { lines }, `${from}`)).ms);
  }
  const first = await ask<{ pagination: { next_cursor: string } }>(
    "GET",
    `${path}/review?limit=100`,
  );
  took("review, first page with the sums", first.ms);
  const other = `${path}/review?limit=100&cursor=${encodeURIComponent(first.body.pagination.next_cursor)}`;
  took("review, another page of 100", (await ask("GET", other)).ms);
  took(
    "dry run of the close",
    (await ask("POST", `${path}/close?dry_run=true`, { missing: "zero", reason: "bancada" })).ms,
  );
  const closing = ask<{ state: string }>("POST", `${path}/close`, {
    missing: "zero",
    reason: "bancada",
  });
  let over = false;
  const closed = closing.then((answer) => {
    over = true;
    return answer;
  });
  while (!over) {
    const begun = performance.now();
    if (!(await upload())) throw new Error("an upload was refused");
    uploads.push(performance.now() - begun);
  }
  const { ms, body } = await closed;
  if (body.state !== "closed") throw new Error(`the count is ${body.state}`);
  took("close", ms);
}

console.log(
  `${movements.toLocaleString("en")} movements, ${products.toLocaleString("en")} products\n`,
);
console.log(
  table(
    ["request", "ms"],
    [...taken].map(([what, ms]) => [what, spread(ms)]),
  ),
);
console.log(
  `\nUploads of 10 items beside the close, one after the other: ${figure(
    quantile(
      uploads.toSorted((a, b) => a - b),
      0.5,
    ),
  )} ms, the slowest ${figure(Math.max(...uploads))} ms.`,
);
