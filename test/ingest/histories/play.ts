import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import type { Answer, TestApp } from "../../support/app.ts";
import { lossEvent, undoEvent } from "../../support/notes/loss-events.ts";
import type { Act, StepOfHistory } from "./acts.ts";
import { type Issued, issue, supplierOf } from "./documents.ts";

/** What was sent and answered in a history. */
export interface Played {
  readonly issued: Issued[];
  /** Losses that were sent, with what each was about. */
  readonly losses: { key: string; type: string; xml: string }[];
  readonly answers: { act: Act["kind"]; answer: Answer }[];
  counts: number;
}

const DAY = 86_400_000;
const REASON = { json: { reason: "engano do operador" } };

const chosen = <T>(list: readonly T[], which: number): T | undefined =>
  list[which % Math.max(list.length, 1)];

/** Sends what an act says; undefined where there is nothing yet that it is about. */
async function send(service: TestApp, played: Played, act: Act): Promise<Answer | undefined> {
  const { upload, rows } = service;
  const post = (path: string, options = REASON as object) => service.send("POST", path, options);
  const note = () => ("which" in act ? chosen(played.issued, act.which) : undefined);
  const productAt = async (n: number) =>
    chosen(
      (await rows("select code from products where company = 1 order by code")).map(({ code }) =>
        String(code),
      ),
      n,
    );
  const openCount = async () => {
    const [count] = await rows(
      "select id from stock_counts where state = 'open' order by id desc limit 1",
    );
    return count?.id;
  };
  switch (act.kind) {
    case "document": {
      const made = issue(act, 100 + played.issued.length, played.issued);
      played.issued.push(made);
      return upload(made.xml, act.approve ? "?approve=true" : "");
    }
    case "send": {
      const again = note();
      return again && upload(again.xml, act.ours ? "?approve=true" : "");
    }
    case "approve":
      return note() && post(`/api/nfes/${note()?.accessKey}/process`, { as: "OPERADOR" });
    case "reverse":
      return note() && post(`/api/nfes/${note()?.accessKey}/reverse`);
    case "cancel":
      return note() && upload(cancellationEvent(note()?.accessKey ?? ""));
    case "loss": {
      const about = note();
      if (about === undefined) return undefined;
      const type = act.ours ? "211124" : "112130";
      const by = act.ours ? { author: COMPANY.cnpj } : {};
      const stated = [{ nItem: 1, quantity: String(act.quantity), unit: about.units[0] ?? "UN" }];
      const sequence = played.losses.filter(({ key }) => key === about.accessKey).length + 1;
      const xml = lossEvent(about.accessKey, stated, { type, sequence, ...by });
      played.losses.push({ key: about.accessKey, type, xml });
      return upload(xml);
    }
    case "undoLoss": {
      const loss = chosen(played.losses, act.which);
      return loss && upload(undoEvent(loss.key, loss.type, loss.xml));
    }
    case "cost": {
      const json = { amount: (act.cents / 100).toFixed(2), reason: "frete do mês" };
      return note() && post(`/api/nfes/${note()?.accessKey}/costs`, { json });
    }
    case "costBack": {
      const all = await rows("select access_key, posting from late_costs order by written_at");
      const cost = chosen(all, act.which);
      return cost && post(`/api/nfes/${cost.access_key}/costs/${cost.posting}/reverse`);
    }
    case "hand": {
      const product_code = await productAt(act.product);
      if (product_code === undefined) return undefined;
      const json = {
        product_code,
        type: act.enters ? "ENTRADA" : "SAIDA",
        quantity: (act.quantity / 10_000).toFixed(4),
        ...(act.enters && act.cents !== null ? { unit_cost: (act.cents / 100).toFixed(2) } : {}),
        ...(act.lot === null ? {} : { batch_number: act.lot }),
        ...(act.daysBack === null
          ? {}
          : {
              happened_at: new Date(
                service.ports.clock.now() - 1 - act.daysBack * DAY,
              ).toISOString(),
            }),
      };
      return post("/api/movements", { as: "OPERADOR", json });
    }
    case "handBack": {
      const all = await rows("select id from movements where origin = 'MANUAL' order by id");
      const one = chosen(all, act.which);
      return one && post(`/api/movements/${one.id}/reverse`);
    }
    case "mapping": {
      const product_code = await productAt(act.product);
      if (product_code === undefined) return undefined;
      const { cnpj: supplier_cnpj } = supplierOf(act.supplier);
      const json = { supplier_cnpj, code: act.code, unit: act.unit, product_code };
      return service.send("PUT", "/api/supplier-items", { json: { ...json, factor: act.factor } });
    }
    case "profile": {
      const { body } = await service.send("GET", "/api/company/tax-profile");
      const json = { version: body.version, preset: act.preset };
      return service.send("PUT", "/api/company/tax-profile", { json });
    }
    case "negative":
      return service.send("PATCH", "/api/company", { json: { allow_negative: act.allowed } });
    case "open":
      return post("/api/counts", { json: { name: "Inventário", scope: "all" } });
    case "lines": {
      const product_code = await productAt(act.product);
      let id = await openCount();
      if (id === undefined) {
        const answer = await post("/api/counts", { json: { name: "Loja", scope: "all" } });
        played.answers.push({ act: "open", answer });
        id = await openCount();
      }
      if (id === undefined || product_code === undefined) return undefined;
      played.counts += 1;
      return post(`/api/counts/${id}/lines`, {
        json: { lines: [{ product_code, quantity: act.quantity, device: "coletor" }] },
        headers: { "idempotency-key": `k${played.counts}` },
      });
    }
    case "close": {
      const id = await openCount();
      const json = { missing: act.missing, reason: "inventário do mês" };
      return id === undefined ? undefined : post(`/api/counts/${id}/close`, { json });
    }
    case "giveUp": {
      const id = await openCount();
      return id === undefined ? undefined : post(`/api/counts/${id}/cancel`);
    }
  }
}

/** Lets some turns pass, and a millisecond, between what a write has read and its commit, so that others overtake it. */
export function overtake({ ports }: TestApp): void {
  const { writer, clock, yieldToEventLoop } = ports;
  const commit = writer.commit.bind(writer);
  let writes = 0;
  writer.commit = async (job, signal) => {
    writes += 1;
    for (let turn = (writes * 5) % 7; turn > 0; turn -= 1) await yieldToEventLoop();
    clock.set(clock.now() + 1);
    return commit(job, signal);
  };
}

/** Plays a history: what stands in one step is sent at once, some turns of the event loop apart, while the clock goes on. */
export async function play(
  service: TestApp,
  steps: readonly StepOfHistory[],
  played: Played = { issued: [], losses: [], answers: [], counts: 0 },
): Promise<Played> {
  const { clock } = service.ports;
  for (const { acts, minutes } of steps) {
    clock.set(clock.now() + minutes * 60_000);
    await Promise.all(
      acts.map(async ({ act, turns }, n) => {
        for (let turn = 0; turn < turns * n; turn += 1) await service.ports.yieldToEventLoop();
        clock.set(clock.now() + 1);
        const answer = await send(service, played, act);
        if (answer !== undefined) played.answers.push({ act: act.kind, answer });
      }),
    );
  }
  return played;
}
