import * as say from "../base/say.ts";
import { Heads } from "../parts/heads.tsx";

interface Item {
  readonly product_code: string | null;
  /** Only plans of one movement say them. */
  readonly name?: string;
  readonly unit?: string;
  readonly balance_before: number;
  readonly balance_after: number;
  readonly new_product?: boolean;
}

const isItem = (one: unknown): one is Item =>
  typeof one === "object" &&
  one !== null &&
  "balance_before" in one &&
  "balance_after" in one &&
  typeof one.balance_before === "number" &&
  typeof one.balance_after === "number" &&
  "product_code" in one;

/** Every balance that a plan would change, wherever it stands in it. */
function itemsOf(plan: unknown): Item[] {
  if (typeof plan !== "object" || plan === null) return [];
  if (isItem(plan)) return [plan];
  return Object.values(plan).flatMap(itemsOf);
}

/** What a confirmation would write: balances before and after, and the whole plan for who wants to see it. */
export function Plan({ plan }: { plan: unknown }) {
  const items = itemsOf(plan);
  return (
    <div class="account-plan">
      {items.length > 0 && (
        <table class="table">
          <caption class="hidden">Saldos antes e depois</caption>
          <Heads texts={["Produto"]} figures={["Antes", "Depois"]} />
          <tbody>
            {items.map((item, i) => (
              <tr key={i}>
                <td>
                  {item.name ?? item.product_code ?? "Produto novo"}
                  {item.name !== undefined && <span class="row-more">{item.product_code}</span>}
                </td>
                <td class="figure">{say.quantity(item.balance_before)}</td>
                <td class={`figure ${item.balance_after < 0 ? "bad" : ""}`}>
                  {say.quantity(item.balance_after)} {item.unit ?? ""}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <details>
        <summary>Detalhes técnicos</summary>
        <section class="scroll" aria-label="Detalhes técnicos">
          <pre>{JSON.stringify(plan, null, 2)}</pre>
        </section>
      </details>
    </div>
  );
}
