import { useEffect, useRef } from "preact/hooks";
import type { z } from "zod";
import type { WaitingItemSchema, WaitingSchema } from "../../http/routes/notes/waiting-items.ts";
import { useAddress } from "../base/address.ts";
import { useKeys } from "../base/keys.ts";
import { useOld } from "../base/live.ts";
import { keyOf } from "../base/mapping.ts";
import { useRead } from "../base/read.ts";
import { count, money, name, quantity, taxpayer } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Split } from "../parts/view.tsx";
import { WaitingItem } from "./waiting-item.tsx";

type Page = z.infer<typeof WaitingSchema>;
type Item = z.infer<typeof WaitingItemSchema>;

/** Items of one answer: the most valuable of all that wait. */
const SHOWN = 50;

/** The items of one supplier, in the order of the answer. */
interface Group {
  readonly supplier: string;
  readonly supplierName: string;
  readonly items: Item[];
}

/** The suppliers in the order of their most valuable item. */
function groupsOf(items: readonly Item[]): Group[] {
  const groups = new Map<string, Group>();
  for (const item of items) {
    const { supplier_cnpj: supplier, supplier_name: supplierName } = item;
    const group = groups.get(supplier) ?? { supplier, supplierName, items: [] };
    group.items.push(item);
    groups.set(supplier, group);
  }
  return [...groups.values()];
}

/** Items of pending notes that have no product of ours yet; one of them open beside the list. */
export function Waiting() {
  const address = useAddress();
  const after = address.param("depois");
  const path = `/api/supplier-items/waiting?limit=${SHOWN}`;
  const read = useRead<Page>(after === "" ? path : `${path}&cursor=${encodeURIComponent(after)}`);
  useOld(["nfe.", "supplier_item.", "product."], read.again);
  const groups = groupsOf(read.value?.data ?? []);
  const items = groups.flatMap((group) => group.items);
  const open = address.param("item");
  const at = items.findIndex((item) => keyOf(item) === open);
  const item = items[at];
  const list = useRef<HTMLDivElement>(null);
  const hrefOf = (one: Item) => address.with({ item: keyOf(one) });
  const show = (one: Item | undefined, replace = false) =>
    address.set({ item: one === undefined ? "" : keyOf(one) }, replace);
  const move = (by: number) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a.row-link") ?? [])];
    const here = links.findIndex((link) => link.matches(":focus"));
    links[Math.max(0, Math.min(links.length - 1, here + by))]?.focus();
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    n: () => show(items[at + 1] ?? items[0]),
    Escape: () => show(undefined),
  });
  /** The item that was open when it stopped waiting: the one that has come to its place opens. */
  const last = useRef<{ key: string; next: string | null } | null>(null);
  useEffect(() => {
    if (item !== undefined) {
      const next = items[at + 1] ?? items[at - 1];
      last.current = { key: open, next: next === undefined ? null : keyOf(next) };
    }
  });
  if (read.value === null)
    return read.fault === null ? (
      <Skeleton lines={8} />
    ) : (
      <ErrorBar fault={read.fault} again={read.again} />
    );
  const list_ = (
    <div ref={list}>
      <ErrorBar fault={read.fault} again={read.again} />
      {items.length === 0 ? (
        <div class="rows">
          <Empty
            icon="check"
            title="Nenhum item esperando. O que foi gravado vale para as próximas notas."
          >
            <p>
              Quando uma nota trouxer um código de fornecedor que o sistema não conhece, ele aparece
              aqui.
            </p>
          </Empty>
        </div>
      ) : (
        <>
          <p class="small quiet mapping-intro">
            {may("manage")
              ? "Diga uma vez qual produto é cada item: as notas que esperam são reavaliadas na hora, e as próximas já vêm certas."
              : "Estes itens ainda não têm um produto do cadastro. Quem os liga é um gerente."}
          </p>
          {groups.map((group) => (
            <section key={group.supplier} class="rows mapping-group">
              <header>
                <h2>{name(group.supplierName)}</h2>
                <p class="small quiet">
                  {taxpayer(group.supplier)} · {count(group.items.length, "item", "itens")}
                </p>
              </header>
              <table aria-label={`Itens de ${name(group.supplierName)}`}>
                <thead class="hidden">
                  <tr>
                    <th scope="col">Item</th>
                    <th scope="col">Esperando</th>
                    <th scope="col">Valor</th>
                  </tr>
                </thead>
                <tbody>
                  {group.items.map((one) => (
                    <tr
                      key={keyOf(one)}
                      data-key={keyOf(one)}
                      class={keyOf(one) === open ? "is-open" : ""}
                    >
                      <td class="wide">
                        <a
                          class="row-link"
                          href={hrefOf(one)}
                          aria-current={keyOf(one) === open ? "true" : undefined}
                        >
                          {name(one.name)}
                        </a>
                        <span class="row-more">
                          {one.code} · {count(one.notes, "nota", "notas")}
                          {one.suggestions[0] !== undefined &&
                            ` · talvez ${one.suggestions[0].product_name}`}
                        </span>
                      </td>
                      <td class="figure">
                        {quantity(one.quantity)}
                        <span class="unit">{one.unit_as_written}</span>
                      </td>
                      <td class="figure">{money(one.total_value)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          ))}
        </>
      )}
      <Further page={read.value} after={after} />
      {items.length > 0 && (
        <p class="mapping-keys small quiet desk">
          <kbd>j</kbd> <kbd>k</kbd> andar · <kbd>Enter</kbd> abrir · <kbd>n</kbd> próximo
        </p>
      )}
    </div>
  );
  return (
    <Split
      list={list_}
      detail={
        item === undefined ? null : (
          <WaitingItem
            key={open}
            item={item}
            onClose={() => show(undefined)}
            onSaved={() => {
              const next = last.current?.next ?? "";
              address.set({ item: next }, true);
              read.again();
            }}
          />
        )
      }
    />
  );
}

/** What the answer does not show, and where it goes on. */
function Further({ page, after }: { page: Page; after: string }) {
  const address = useAddress();
  const next = page.pagination.next_cursor;
  if (next === null && after === "" && page.complete) return null;
  return (
    <p class="small quiet mapping-more">
      {!page.complete && "Há mais notas pendentes do que as que foram olhadas aqui. "}
      {after !== "" && <a href={address.with({ depois: "", item: "" })}>Voltar ao começo</a>}
      {next !== null && (
        <a href={address.with({ depois: next, item: "" })}>
          Mostrar os próximos (estes são os {SHOWN} de maior valor)
        </a>
      )}
    </p>
  );
}
