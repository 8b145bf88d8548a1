import type { ComponentChildren } from "preact";
import type { Address } from "../base/address.ts";
import { useListReader } from "../base/list-reader.ts";
import { useOld } from "../base/live.ts";
import { day, money, name, quantity, unitCost } from "../base/say.ts";
import { type Column, Rows } from "../parts/rows.tsx";
import { type Lot, STOCK_EVENTS, type StockLine } from "./answers.ts";
import { ofScaled, scaledOf } from "./figures.ts";
import { listPath, type StockFilter } from "./filters.ts";
import { Expiry } from "./lots.tsx";

interface ListProps {
  readonly address: Address;
  readonly filter: StockFilter;
  readonly open: string;
  readonly empty: ComponentChildren;
}

const PRODUCT_COLUMNS: readonly Column<StockLine>[] = [
  {
    head: "Produto",
    kind: "wide",
    cell: ({ code }) => <span class="row-more stock-under">{code}</span>,
  },
  { head: "Código", desk: true, cell: ({ code }) => code },
  { head: "Saldo", kind: "figure", cell: (line) => <Balance line={line} /> },
  { head: "Último custo", kind: "figure", desk: true, cell: (line) => unitCost(line.cost_price) },
  { head: "Valor (custo médio)", kind: "figure", cell: (line) => money(line.stock_value) },
];

function Balance({ line }: { line: StockLine }) {
  const { quantity: here, unit, min_stock: minimum } = line;
  return (
    <>
      <b class={here < 0 ? "bad" : ""}>{quantity(here)}</b>
      <span class="unit">{unit}</span>
      {here < 0 && <span class="row-more bad">Saldo negativo: confira</span>}
      {here >= 0 && here < minimum && (
        <span class="row-more hold">
          mínimo {quantity(minimum)} · {missingText(minimum, here)}
        </span>
      )}
    </>
  );
}

/** What is to be bought up to the minimum. */
function missingText(minimum: number, here: number): string {
  const missing = ofScaled(scaledOf(minimum) - scaledOf(here));
  return `${missing === 1 ? "falta" : "faltam"} ${quantity(missing)}`;
}

/** The products of a filter by name. */
export function ProductList({ address, filter, open, empty }: ListProps) {
  const reader = useListReader<StockLine>(listPath(filter));
  useOld(STOCK_EVENTS, () => void reader.readAgain());
  return (
    <Rows
      label="Produtos"
      reader={reader}
      columns={PRODUCT_COLUMNS}
      keyOf={({ code }) => code}
      hrefOf={({ code }) => address.with({ produto: code })}
      nameOf={(line) => name(line.name)}
      open={open}
      empty={empty}
    />
  );
}

const LOT_COLUMNS: readonly Column<Lot>[] = [
  {
    head: "Produto",
    kind: "wide",
    cell: ({ lot }) => <span class="row-more">Lote {lot}</span>,
  },
  {
    head: "Validade",
    cell: (lot) => (
      <span class="stock-expiry">
        {day(lot.expires_on)} <Expiry lot={lot} />
      </span>
    ),
  },
  {
    head: "Saldo",
    kind: "figure",
    cell: ({ quantity: here, unit }) => (
      <>
        {quantity(here)}
        <span class="unit">{unit}</span>
      </>
    ),
  },
  { head: "Valor (custo médio)", kind: "figure", cell: ({ value }) => money(value) },
];

/** Lots that expire soon or have expired, the most urgent first. */
export function ExpiringList({ address, filter, open, empty }: ListProps) {
  const reader = useListReader<Lot>(listPath(filter));
  useOld(STOCK_EVENTS, () => void reader.readAgain());
  return (
    <Rows
      label="Lotes que vencem"
      reader={reader}
      columns={LOT_COLUMNS}
      keyOf={(lot) => `${lot.product_code} ${lot.lot} ${lot.expires_on}`}
      hrefOf={(lot) => address.with({ produto: lot.product_code, aba: "lotes" })}
      nameOf={(lot) => name(lot.product.name)}
      open={open}
      empty={empty}
    />
  );
}
