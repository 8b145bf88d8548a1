import { z } from "zod";
import { readAs, type Service } from "../cli/service/service-client.ts";
import { monthBefore, workingDaysBefore } from "./calendar.ts";
import { purchases } from "./purchases.ts";
import {
  approve,
  type DemoResult,
  type Outcome,
  refusedOrWaiting,
  type Waiting,
} from "./run-scenario.ts";
import { purchaseUpload, scenario, type Upload } from "./scenario.ts";
import { closedCount, openCount, organise, sellAtCounter, sellBelowMinimum } from "./shop-day.ts";

/** The service of the demo, whose clock can be set. */
export interface MonthOfService {
  /** Sets the clock to a moment (ISO 8601); null: it shows the time of this machine again. */
  setClock(at: string | null): void;
  /** Signs in at the moment that the clock shows. */
  enter(): Promise<Service>;
}

/** From this purchase on the notes of the month wait for their approval. */
const FIRST_WAITING = 22;
const REVERSED_ON = 13;
const COUNTED_ON = 15;
const FIRST_SALE_ON = 19;
const SALES = 5;

/**
 * A month of a shop that ends the day before `today` (`YYYY-MM-DD`), each day at its own time: notes of suppliers each working day,
 * sales at the counter, minimums and categories, a reversal, a count, held notes; four notes and an open count wait for a person.
 */
export async function liveMonth(shop: MonthOfService, today: string): Promise<DemoResult> {
  const calendar = monthBefore(today);
  const bought = purchases(calendar).map(purchaseUpload);
  const { special, bad } = await scenario(calendar);
  const outcomes: Outcome[] = [];
  const spent = { registered: 0, registeringMs: 0, approved: 0, approvingMs: 0 };

  const receive = async (service: Service, sent: Upload): Promise<Waiting | null> => {
    const started = performance.now();
    const got = await refusedOrWaiting(service, sent);
    if (!("accessKey" in got)) {
      outcomes.push(got);
      return null;
    }
    spent.registered += 1;
    spent.registeringMs += performance.now() - started;
    return got;
  };
  const take = async (service: Service, sent: Upload): Promise<Waiting | null> => {
    const waiting = await receive(service, sent);
    if (waiting === null) return null;
    const started = performance.now();
    const outcome = await approve(service, waiting);
    outcomes.push(outcome);
    if (outcome.result === "approved") {
      spent.approved += 1;
      spent.approvingMs += performance.now() - started;
    }
    return waiting;
  };

  const days = workingDaysBefore(today);
  for (const [n, day] of days.entries()) {
    shop.setClock(`${day}T09:30:00-03:00`);
    const service = await shop.enter();
    for (const sent of bought.filter(({ slot }) => slot === n)) {
      if (n >= FIRST_WAITING) await receive(service, sent);
      else {
        const note = await take(service, sent);
        if (n === REVERSED_ON && note !== null && sent === bought.find(({ slot }) => slot === n))
          await reverse(service, note.accessKey);
      }
    }
    if (n === 6) await organise(service);
    if (n === COUNTED_ON) await closedCount(service);
    shop.setClock(`${day}T18:10:00-03:00`);
    if (n >= 1) await sellAtCounter(service, n);
    if (n === FIRST_WAITING) await sellBelowMinimum(service);
    for (const sent of dueOn(n, special)) await take(service, sent);
    if (n === days.length - 1) for (const sent of bad) await receive(service, sent);
  }
  shop.setClock(null);
  await openCount(await shop.enter());
  return { outcomes, ...spent };
}

/** Our sales on their days, and every other special note on the last one. */
function dueOn(n: number, special: readonly Upload[]): readonly Upload[] {
  const sale = n - FIRST_SALE_ON;
  if (sale === SALES) return special.slice(SALES);
  return sale < 0 ? [] : special.slice(sale, sale + 1);
}

const Reversed = z.object({ status: z.string() });

async function reverse(service: Service, accessKey: string): Promise<void> {
  const answer = await service.ask(`/api/nfes/${accessKey}/reverse`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ reason: "Mercadoria recusada na entrega: caixas molhadas" }),
  });
  await readAs(Reversed, answer);
}
