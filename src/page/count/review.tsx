import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type {
  CountedProductSchema,
  CountSumsSchema,
  NotCountedSchema,
} from "../../http/views/count-view.ts";
import { useAddress } from "../base/address.ts";
import { usePages } from "../base/pages.ts";
import { count as many, moment, money, name, quantity, signed } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Heads } from "../parts/heads.tsx";
import { Menu } from "../parts/menu.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Figures, Tabs } from "../parts/view.tsx";
import { CancelCount, CloseCount } from "./ending.tsx";
import { ProductLines } from "./product-lines.tsx";
import { arrived, waiting } from "./queue.ts";
import type { Count } from "./scan.ts";

type Counted = z.infer<typeof CountedProductSchema>;
type NotCounted = z.infer<typeof NotCountedSchema>;
type Sums = z.infer<typeof CountSumsSchema>;
type Page<T> = {
  readonly data: readonly T[];
  readonly pagination: { readonly next_cursor: string | null };
  readonly sums?: Sums;
  readonly greatest?: readonly Counted[];
};

/** What the close would change: counted, expected, difference and value, of all devices. */
export function Review({ of, onEnded }: { of: Count; onEnded: () => void }) {
  const { param, with: withParams } = useAddress();
  const missing = param("lista") === "faltam";
  const path = `/api/counts/${encodeURIComponent(of.id)}/review`;
  const counted = usePages<Counted, Page<Counted>>(missing ? null : path);
  const notCounted = usePages<NotCounted, Page<NotCounted>>(
    missing ? `${path}?show=not_counted` : null,
  );
  const shown = missing ? notCounted : counted;
  const times = arrived.value;
  useEffect(() => {
    if (times > 0) shown.again();
  }, [times]);
  const [lines, setLines] = useState<Counted | null>(null);
  const [ending, setEnding] = useState<"close" | "cancel" | null>(null);
  const sums = shown.first?.sums ?? null;
  const toSend = waiting.value.get(of.id) ?? 0;
  if (shown.first === null && shown.fault === null) return <Skeleton lines={8} />;
  return (
    <div class="count-review">
      <ErrorBar fault={shown.fault} again={shown.again} />
      {toSend > 0 && of.state === "open" && (
        <p class="count-warn">
          {many(
            toSend,
            "registro deste aparelho ainda não chegou ao sistema, e não está",
            "registros deste aparelho ainda não chegaram ao sistema, e não estão",
          )}{" "}
          nestas somas.
        </p>
      )}
      {sums !== null && <SumsOf sums={sums} asideHref={withParams({ ver: "separados" })} />}
      {of.state === "open" && may("manage") && sums !== null && (
        <div class="count-end">
          <Button kind="main" icon="check" onClick={() => setEnding("close")}>
            Ajustar o estoque
          </Button>
          <Menu
            label="Mais"
            items={[
              { text: "Atualizar", icon: "refresh-cw", onClick: shown.again },
              {
                text: "Cancelar a contagem",
                icon: "ban",
                danger: true,
                onClick: () => setEnding("cancel"),
              },
            ]}
          />
        </div>
      )}
      <Tabs
        label="Produtos desta contagem"
        tabs={[
          {
            href: withParams({ lista: "" }),
            text: "Contados",
            current: !missing,
            count: sums?.products_counted ?? null,
          },
          {
            href: withParams({ lista: "faltam" }),
            text: "Sem contagem",
            current: missing,
            count: sums?.not_counted ?? null,
          },
        ]}
      />
      {missing ? (
        <NotCountedRows rows={notCounted.rows} />
      ) : (
        <CountedRows
          rows={counted.rows}
          greatest={counted.first?.greatest ?? []}
          onOpen={setLines}
          open={of.state === "open"}
        />
      )}
      {shown.hasMore && (
        <Button busy={shown.busy} onClick={shown.readMore}>
          Mostrar mais
        </Button>
      )}
      {lines !== null && (
        <ProductLines
          of={of}
          product={lines}
          onClose={() => setLines(null)}
          onUndone={shown.again}
        />
      )}
      {ending === "close" && sums !== null && (
        <CloseCount
          of={of}
          sums={sums}
          unsent={toSend}
          onClose={() => setEnding(null)}
          onEnded={onEnded}
        />
      )}
      {ending === "cancel" && (
        <CancelCount of={of} onClose={() => setEnding(null)} onEnded={onEnded} />
      )}
    </div>
  );
}

function SumsOf({ sums, asideHref }: { sums: Sums; asideHref: string }) {
  return (
    <section class="count-sums">
      <Figures
        figures={[
          { label: "Produtos contados", value: quantity(sums.products_counted) },
          {
            label: `Sobra em ${many(sums.surplus_products, "produto", "produtos")}`,
            value: money(sums.surplus_value),
            ...(sums.surplus_products > 0 ? { tone: "good" as const } : {}),
          },
          {
            label: `Falta em ${many(sums.shortage_products, "produto", "produtos")}`,
            value: money(sums.shortage_value),
            ...(sums.shortage_products > 0 ? { tone: "bad" as const } : {}),
          },
          {
            label: `Sem contagem: ${many(sums.not_counted, "produto", "produtos")}`,
            value: money(sums.not_counted_value),
          },
        ]}
      />
      {sums.aside > 0 && (
        <p class="count-warn">
          {many(sums.aside, "registro a resolver não está", "registros a resolver não estão")}{" "}
          nestas somas. <a href={asideHref}>Ligar a produtos</a>
        </p>
      )}
    </section>
  );
}

const toneOf = (difference: number): string =>
  difference < 0 ? "bad" : difference > 0 ? "good" : "quiet";

function CountedRows(props: {
  rows: readonly Counted[];
  greatest: readonly Counted[];
  onOpen: (product: Counted) => void;
  open: boolean;
}) {
  if (props.rows.length === 0)
    return (
      <Empty
        icon="scan-barcode"
        title={props.open ? "Nenhum produto foi contado ainda." : "Nenhum produto foi contado."}
      />
    );
  const first = props.greatest.length > 0 && props.rows.length > 10;
  return (
    <>
      {first && (
        <CountedTable
          label="As maiores diferenças"
          rows={props.greatest.slice(0, 5)}
          onOpen={props.onOpen}
          caption
        />
      )}
      <CountedTable label="Produtos contados" rows={props.rows} onOpen={props.onOpen} />
    </>
  );
}

function CountedTable(props: {
  label: string;
  rows: readonly Counted[];
  onOpen: (product: Counted) => void;
  caption?: boolean;
}) {
  return (
    <section class="rows">
      <table aria-label={props.label}>
        {props.caption === true && <caption>{props.label}</caption>}
        <Heads texts={["Produto"]} figures={["Contado", "Saldo", "Diferença", "Valor"]} />
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.product_code}>
              <td class="wide">
                <button type="button" class="row-link" onClick={() => props.onOpen(row)}>
                  {name(row.name)}
                </button>
                <span class="row-more">
                  {row.product_code} · {moment(row.last_counted_at)}
                </span>
                {row.moved_while_counted && (
                  <Badge
                    tone="hold"
                    icon="triangle-alert"
                    text="Mudou durante a contagem: conte de novo"
                  />
                )}
              </td>
              <td class="figure" data-head="Contado">
                {quantity(row.counted)}
                <span class="unit">{row.unit}</span>
              </td>
              <td class="figure" data-head="Saldo">
                {quantity(row.expected)}
                <span class="unit">{row.unit}</span>
              </td>
              <td class={`figure ${toneOf(row.difference)}`} data-head="Diferença">
                {signed(row.difference)}
                <span class="unit">{row.unit}</span>
              </td>
              <td class={`figure ${toneOf(row.difference)}`} data-head="Valor">
                {money(row.difference_value)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function NotCountedRows({ rows }: { rows: readonly NotCounted[] }) {
  if (rows.length === 0)
    return <Empty icon="check" title="Todos os produtos com estoque foram contados." />;
  return (
    <section class="rows">
      <table aria-label="Produtos com estoque e sem contagem">
        <Heads texts={["Produto"]} figures={["Saldo", "Valor"]} />
        <tbody>
          {rows.map((row) => (
            <tr key={row.product_code}>
              <td class="wide">
                <b>{name(row.name)}</b>
                <span class="row-more">{row.product_code}</span>
              </td>
              <td class="figure" data-head="Saldo">
                {quantity(row.balance)}
                <span class="unit">{row.unit}</span>
              </td>
              <td class="figure" data-head="Valor">
                {money(row.stock_value)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
