import type { TestApp } from "../app.ts";

/** Every order of some names. */
export const orders = (names: readonly string[]): string[][] =>
  names.length === 0
    ? [[]]
    : names.flatMap((name) =>
        orders(names.filter((other) => other !== name)).map((rest) => [name, ...rest]),
      );

/** What a note and the stock have come to; without what tells one note of the same kind from another. */
export async function stateOf({ send, rows }: TestApp, key: string) {
  const { body } = await send("GET", `/api/nfes/${key}`);
  const pick = (list: Record<string, unknown>[], ...names: string[]) =>
    list.map((one) => Object.fromEntries(names.map((name) => [name, one[name]])));
  return {
    status: body.status,
    direction: body.direction,
    holds: body.holds,
    findings: body.findings,
    rules: body.rules,
    items: pick(body.items, "effect", "landed_cost"),
    events: pick(body.events, "type", "sequence", "effect")
      .map((one) => JSON.stringify(one))
      .sort(),
    moved: await rows(
      `select product, sum(quantity_e4) as quantity, sum(value_e2) as value from movements
        where origin_ref like ?1 || '#%' group by product having sum(quantity_e4) <> 0 or sum(value_e2) <> 0 order by product`,
      [key],
    ),
  };
}
