import { NoteStream } from "../../src/synthetic/note-stream.ts";

/**
 * Clients that upload and read in turn, each on a connection of its own; a program, because Bun opens 256 connections
 * unless its environment says otherwise. Prints how often each status came, and what Retry-After said.
 * bun test/full/crowd.ts URL TOKEN CLIENTS ROUNDS
 */
const [url = "", token = "", clients = "", rounds = ""] = process.argv.slice(2);
const notes = new NoteStream({ items: 3, products: 100, seed: 31 });
const headers = { authorization: `Bearer ${token}` };
const statuses: Record<string, number> = {};
const after = new Set<string | null>();
let [open, most] = [0, 0];

async function ask(turn: number): Promise<void> {
  open += 1;
  most = Math.max(most, open);
  const answer =
    turn % 2 === 0
      ? await fetch(`${url}/api/nfe/upload?approve=true`, {
          method: "POST",
          body: notes.next().xml,
          headers: { ...headers, "content-type": "application/xml" },
        })
      : await fetch(`${url}/api/stock?limit=10`, { headers });
  await answer.arrayBuffer();
  open -= 1;
  statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  if (answer.status !== 200) after.add(answer.headers.get("retry-after"));
}

async function client(number: number): Promise<void> {
  for (let round = 0; round < Number(rounds); round += 1) await ask(number + round);
}

await Promise.all(Array.from({ length: Number(clients) }, (_, number) => client(number)));
console.log(JSON.stringify({ statuses, after: [...after], most }));
