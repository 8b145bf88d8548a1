import { expect, test } from "bun:test";
import { eventName, NAMED_EVENTS } from "../../../src/messages/pt-BR/documents/event-names.ts";
import { type EventOptions, syntheticEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { codes, isSound, SCREW } from "../../support/notes/event-exits.ts";
import { supplier } from "../../support/notes/purchase.ts";

/** What a kind does to a note that waits (its holds), and to one in stock: its findings, and what leaves (boxes). */
interface Row {
  readonly type: string;
  readonly effect?: "cancelled" | "held";
  readonly holds?: readonly string[];
  readonly findings?: readonly string[];
  readonly leaves?: number;
  readonly options?: EventOptions;
  /** The fields that are read and shown. */
  readonly shown?: Readonly<Record<string, unknown>>;
}

const by = { author: COMPANY.cnpj };
const quantity = (q: string, u: string) => ({ gControleEstoque: { [q]: "2.0000", [u]: "CX" } });
const TWO = { quantities: [{ n_item: 1, quantity: "2.0000", unit: "CX" }] };
/** A kind that is kept with its note and changes nothing. */
const kept = (type: string, more: Partial<Row> = {}): Row => ({ type, ...more });
const refused = (type: string): Row => ({
  type,
  effect: "held",
  holds: ["refused_by_recipient"],
  findings: ["refused_by_recipient_after_processing"],
  options: by,
});
const lost = (type: string, group: object, more: Partial<Row> = {}): Row => ({
  type,
  effect: "held",
  holds: ["goods_lost"],
  findings: ["goods_lost_after_processing"],
  leaves: 2,
  shown: TWO,
  options: { detail: { gPerecimento: { "@nItem": "1", vIBS: "1.00", vCBS: "1.00", ...group } } },
  ...more,
});
const cancellation = (type: string, shown = {}, detail?: EventOptions["detail"]): Row => ({
  type,
  effect: "cancelled",
  holds: ["cancelled"],
  findings: [],
  leaves: 10,
  shown,
  ...(detail === undefined ? {} : { options: { detail } }),
});

const KEY = "35260911222333000181650010000000021000000425";
const TABLE: readonly Row[] = [
  cancellation("110111", { text: "Pedido desfeito pelo comprador" }),
  cancellation("110112", { details: { chNFeRef: KEY } }, { chNFeRef: KEY }),
  kept("110110", { shown: { text: "Onde se le rua A, leia-se rua B" } }),
  kept("110140", { options: { detail: { vNF: "20.00" } }, shown: { details: { vNF: "20.00" } } }),
  kept("110150"),
  kept("110130", {
    options: {
      detail: { dhEntrega: "2026-11-11T10:00:00-03:00", nDoc: "52998224725", xNome: "JOSE" },
    },
    shown: { details: { dhEntrega: "2026-11-11T10:00:00-03:00", xNome: "JOSE" } },
  }),
  kept("110131"),
  {
    type: "110192",
    effect: "held",
    holds: ["not_delivered"],
    findings: ["not_delivered_after_processing"],
    options: { detail: { dhTentativaEntrega: "2026-11-11T10:00:00-03:00", tpMotivo: "1" } },
    shown: { details: { dhTentativaEntrega: "2026-11-11T10:00:00-03:00", tpMotivo: "1" } },
  },
  ...["110193", "110750", "110751", "111500", "111501", "111502", "111503"].map((type) =>
    kept(type),
  ),
  kept("112110", { options: { detail: { indQuitacao: "1" } } }),
  kept("112120", {
    options: { detail: { gConsumo: { "@nItem": "1", ...quantity("qtde", "unidade") } } },
    shown: TWO,
  }),
  lost("112130", quantity("qPerecimento", "uPerecimento")),
  lost(
    "112140",
    {},
    {
      holds: ["not_delivered"],
      findings: ["not_delivered_after_processing"],
      options: {
        detail: {
          gItemNaoFornecido: { nItem: "1", ...quantity("qNaoFornecida", "uNaoFornecida") },
        },
      },
    },
  ),
  kept("112150", {
    options: { detail: { dPrevEntrega: "2026-12-20" } },
    shown: { details: { dPrevEntrega: "2026-12-20" } },
  }),
  kept("210200", { options: by }),
  kept("210210", { options: by }),
  refused("210220"),
  refused("210240"),
  kept("211110", { options: by }),
  kept("211120", { options: by }),
  lost(
    "211124",
    {},
    {
      // As some software writes it: the number of the item is an element.
      options: {
        ...by,
        detail: { gPerecimento: { nItem: "1", ...quantity("qPerecimento", "uPerecimento") } },
      },
    },
  ),
  kept("211128", { options: by }),
  kept("211130", {
    findings: ["immobilised"],
    leaves: 2,
    options: {
      ...by,
      detail: { gImobilizacao: { "@nItem": "1", ...quantity("qImobilizado", "uImobilizado") } },
    },
    shown: TWO,
  }),
  kept("211140", {
    options: { ...by, detail: { gConsumoComb: { "@nItem": "1", ...quantity("qComb", "uComb") } } },
    shown: TWO,
  }),
  ...["211150", "212110", "212120"].map((type) => kept(type, { options: by })),
  ...["412120", "412130", "412140", "110300", "110001"].map((type) => kept(type)),
  ...["610130", "610131", "630690", "790700", "990900", "990910"].map((type) => kept(type)),
];

test("each kind of event is read with its fields, and does what the table says to a note that waits or is in stock", () =>
  withApp(async (service) => {
    const { upload, send, rows } = service;
    for (const [n, row] of TABLE.entries()) {
      const { type, effect = "attached", holds = [], leaves = 0, options = {}, shown = {} } = row;
      const findings = row.findings ?? [];
      for (const posted of [false, true]) {
        const note = syntheticNote({
          seed: 100 + 2 * n + (posted ? 1 : 0),
          emit: supplier,
          items: [SCREW],
        });
        await upload(note.xml, posted ? "?approve=true" : "?approve=false");
        const answer = await upload(syntheticEvent(note.accessKey, { type, ...options }));
        expect([type, answer.body.event?.effect]).toEqual([type, effect]);
        const { body } = await send("GET", `/api/nfes/${note.accessKey}`);
        expect([type, body.events]).toMatchObject([
          type,
          [{ type, effect, name: eventName(type), ...shown }],
        ]);
        const cancelled = effect === "cancelled";
        expect([type, codes(body.holds)]).toEqual([type, posted && !cancelled ? [] : [...holds]]);
        const wanted = posted ? findings : findings.filter((code) => !code.endsWith("_processing"));
        expect([type, codes(body.findings)]).toEqual([type, [...wanted]]);
        const [moved] = await rows(
          "select coalesce(sum(quantity_e4), 0) as q from movements where reference = ?1 or origin_ref like ?1 || '#%'",
          [note.accessKey],
        );
        expect([type, moved?.q]).toEqual([type, posted ? (10 - leaves) * 10_000 : 0]);
      }
    }
    await isSound(service);
  }));

test("each kind of the table has a name of its own, but for two whose name is not published here", () => {
  const unnamed = TABLE.map(({ type }) => type).filter((type) => !NAMED_EVENTS.includes(type));
  expect(unnamed.sort()).toEqual(["110300", "412140"]);
  expect(NAMED_EVENTS.filter((type) => TABLE.every((row) => row.type !== type))).toEqual([]);
  for (const type of ["110300", "412140", "310000"]) expect(eventName(type)).toMatch(/^Evento d/);
});

test("an event tells the feed its type and its effect", () =>
  withApp(async ({ upload, rows }) => {
    const { xml, accessKey } = syntheticNote({ seed: 1, emit: supplier, items: [SCREW] });
    await upload(xml, "?approve=true");
    for (const type of ["210240", "110192"])
      await upload(syntheticEvent(accessKey, { type, ...(type === "210240" ? by : {}) }));
    const feed = await rows("select payload from events where type = 'nfe.event' order by id");
    expect(feed.map(({ payload }) => JSON.parse(String(payload)))).toEqual([
      { access_key: accessKey, event: "210240", effect: "held" },
      { access_key: accessKey, event: "110192", effect: "held" },
    ]);
  }));
