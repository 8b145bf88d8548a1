import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { lossEvent } from "../notes/loss-events.ts";
import { supplier } from "../notes/purchase.ts";
import { json, type Kind, type World } from "./world.ts";

const reason = { reason: "devolvida ao fornecedor" };

/** A note of its own: `about` and `n` give its products and its key. */
const noteOf = (about: string, n: number) =>
  syntheticNote({
    seed: 1_000 * (1 + ABOUT.indexOf(about)) + n,
    emit: supplier,
    items: [{ cProd: `${about}${n}`, xProd: `${about} ${n}`, uCom: "UN", qCom: "10", vUnCom: "2" }],
  });
const ABOUT = [
  "SENT",
  "BATCH",
  "MANY",
  "WAITS",
  "ASIDE",
  "BACK",
  "LOST",
  "REVERSED",
  "COST",
  "UNCOST",
];

const waits = async (world: World, about: string, n: number) => {
  const note = noteOf(about, n);
  await world.upload(note.xml, "?approve=false");
  return note.accessKey;
};
const stocked = async (world: World, about: string, n: number) => {
  const note = noteOf(about, n);
  await world.upload(note.xml);
  return note.accessKey;
};

/** Every POST of notes. */
export const NOTE_KINDS: readonly Kind[] = [
  {
    route: "/api/nfe/upload",
    answers: "kept",
    make: async (_, n) => ({
      path: "/api/nfe/upload?approve=true",
      body: noteOf("SENT", n).xml,
      type: "text/xml",
    }),
  },
  {
    route: "/api/nfe/batch",
    answers: "kept",
    make: async (_, n) => ({
      path: "/api/nfe/batch?approve=true",
      type: "multipart/form-data; boundary=b",
      body: `--b\r\nContent-Disposition: form-data; name="files"; filename="a.xml"\r\nContent-Type: text/xml\r\n\r\n${noteOf("BATCH", n).xml}\r\n--b--\r\n`,
    }),
  },
  {
    route: "/api/nfes/process",
    answers: "kept",
    make: async (world, n) =>
      json("/api/nfes/process", { access_keys: [await waits(world, "MANY", n)] }),
  },
  {
    route: "/api/nfes/{access_key}/process",
    answers: "kept",
    make: async (world, n) => json(`/api/nfes/${await waits(world, "WAITS", n)}/process`),
  },
  {
    route: "/api/nfes/{access_key}/discard",
    answers: "kept",
    make: async (world, n) => json(`/api/nfes/${await waits(world, "ASIDE", n)}/discard`, reason),
  },
  {
    route: "/api/nfes/{access_key}/restore",
    answers: "lost",
    async make(world, n) {
      const path = `/api/nfes/${await waits(world, "BACK", n)}`;
      await world.ask("POST", `${path}/discard`, reason);
      return json(`${path}/restore`);
    },
  },
  {
    route: "/api/nfes/{access_key}/events/{id}/withdraw",
    answers: "kept",
    async make(world, n) {
      const key = await stocked(world, "LOST", n);
      await world.upload(lossEvent(key, [{ nItem: 1, quantity: "2", unit: "UN" }]));
      const { registration } = await world.row(
        "select registration from nfe_events where company = ?1 and access_key = ?2",
        [world.company, key],
      );
      return json(`/api/nfes/${key}/events/${registration}/withdraw`, reason);
    },
  },
  {
    route: "/api/nfes/{access_key}/reverse",
    answers: "kept",
    make: async (world, n) =>
      json(`/api/nfes/${await stocked(world, "REVERSED", n)}/reverse`, reason),
  },
  {
    route: "/api/nfes/{access_key}/costs",
    answers: "lost",
    make: async (world, n) =>
      json(`/api/nfes/${await stocked(world, "COST", n)}/costs`, { amount: 7, ...reason }),
  },
  {
    route: "/api/nfes/{access_key}/costs/{id}/reverse",
    answers: "kept",
    async make(world, n) {
      const key = await stocked(world, "UNCOST", n);
      const path = `/api/nfes/${key}/costs`;
      await world.ask("POST", path, { amount: 7, ...reason });
      const { posting } = await world.row(
        "select posting from late_costs where company = ?1 and access_key = ?2",
        [world.company, key],
      );
      return json(`${path}/${posting}/reverse`, reason);
    },
  },
];
