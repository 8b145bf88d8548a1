import { useEffect, useRef, useState } from "preact/hooks";
import { useAddress } from "../base/address.ts";
import { ask } from "../base/ask.ts";
import { useListReader } from "../base/list-reader.ts";
import { useOld } from "../base/live.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { money, name, unitCost } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Menu, type MenuItem } from "../parts/menu.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Figures, Tabs } from "../parts/view.tsx";
import {
  type Category,
  type KardexLine,
  type Product,
  productPath,
  STOCK_EVENTS,
} from "./answers.ts";
import { BalanceChart, MonthsChart } from "./charts.tsx";
import { Costs } from "./costs.tsx";
import { withUnit } from "./figures.ts";
import { Kardex } from "./kardex.tsx";
import { Lots } from "./lots.tsx";
import { MovementDialog } from "./movement-dialog.tsx";
import { ProductForm } from "./product-form.tsx";
import { Suppliers } from "./suppliers.tsx";

const PARTS = [
  ["", "Movimentos"],
  ["custos", "Custos"],
  ["lotes", "Lotes"],
  ["fornecedores", "Fornecedores"],
] as const;

/** One product: what is there, what it cost, and where that came from. */
export function ProductDetail(props: {
  code: string;
  categories: readonly Category[];
  onClose: () => void;
}) {
  const { code } = props;
  const { param, with: addressWith } = useAddress();
  const read = useRead<Product>(productPath(code));
  const kardex = useListReader<KardexLine>(`${productPath(code)}/kardex`, 100);
  const [open, setOpen] = useState<"" | "move" | "edit" | "off">("");
  const again = () => {
    read.again();
    void kardex.readAgain();
  };
  useOld(STOCK_EVENTS, again);
  const product = read.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [code]);
  const part = param("aba");
  const close = (
    <Button icon="x" kind="plain" bare small onClick={props.onClose}>
      Fechar o produto
    </Button>
  );
  if (product === null)
    return (
      <div class="card stock-detail">
        <header class="stock-head">
          <h2 ref={heading} tabIndex={-1}>
            {code}
          </h2>
          {close}
        </header>
        {read.fault === null ? (
          <Skeleton height="420px" lines={7} />
        ) : (
          <ErrorBar fault={read.fault} again={read.again} />
        )}
      </div>
    );
  const lines = kardex.rows.value;
  const complete = kardex.state.value === "end";
  const known = kardex.state.value !== "first";
  return (
    <div class="card stock-detail">
      <header class="stock-head">
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {name(product.name)}
          </h2>
          <p class="quiet small">{described(product)}</p>
          <p class="stock-badges">
            <State product={product} />
          </p>
        </div>
        {close}
      </header>
      <ErrorBar fault={read.fault} again={read.again} />
      <Figures figures={figuresOf(product, lines[0])} />
      <div class="stock-acts">
        {may("operate") && product.active && (
          <Button kind="main" icon="plus" onClick={() => setOpen("move")}>
            Lançar entrada ou saída
          </Button>
        )}
        {may("manage") && (
          <Button icon="pencil" onClick={() => setOpen("edit")}>
            Editar
          </Button>
        )}
        <Menu label="Mais" items={moreOf(product, () => setOpen("off"), again)} />
      </div>
      {known && lines.length > 0 && part === "" && (
        <BalanceChart product={product} lines={lines} complete={complete} />
      )}
      <Tabs
        label="Partes do produto"
        tabs={PARTS.map(([value, text]) => ({
          href: addressWith({ aba: value }),
          text,
          current: part === value,
        }))}
      />
      {part === "" && (
        <>
          <Kardex reader={kardex} product={product} onOld={again} />
          {known && <MonthsChart lines={lines} complete={complete} />}
        </>
      )}
      {part === "custos" && <Costs code={code} reader={kardex} />}
      {part === "lotes" && <Lots code={code} />}
      {part === "fornecedores" && <Suppliers code={code} unit={product.unit} />}
      {open === "move" && (
        <MovementDialog product={product} onClose={() => setOpen("")} onDone={again} />
      )}
      {open === "edit" && (
        <ProductForm
          product={product}
          categories={props.categories}
          onClose={() => setOpen("")}
          onDone={again}
        />
      )}
      {open === "off" && (
        <Deactivate product={product} onClose={() => setOpen("")} onDone={again} />
      )}
    </div>
  );
}

function described(product: Product): string {
  const { code, barcode, ncm, category_name, category_id, location } = product;
  return [
    code,
    barcode,
    ncm === null ? null : `NCM ${ncm}`,
    category_id === null ? null : category_name,
    location === null || location === "" ? null : `Local ${location}`,
  ]
    .filter((one) => one !== null && one !== "")
    .join(" · ");
}

function State({ product }: { product: Product }) {
  const { active, quantity, min_stock: minimum } = product;
  return (
    <>
      {!active && <Badge tone="plain" icon="ban" text="Inativo" />}
      {quantity < 0 && <Badge tone="bad" icon="triangle-alert" text="Saldo negativo: confira" />}
      {quantity >= 0 && active && quantity < minimum && (
        <Badge tone="hold" icon="arrow-down" text="Abaixo do mínimo" />
      )}
    </>
  );
}

function figuresOf(product: Product, newest: KardexLine | undefined) {
  const { quantity, unit, min_stock: minimum, max_stock: maximum } = product;
  return [
    {
      label: "Saldo",
      value: withUnit(quantity, unit),
      ...(quantity < 0 ? { tone: "bad" as const } : {}),
    },
    { label: "Último custo", value: unitCost(product.cost_price) },
    { label: "Custo médio", value: unitCost(newest?.average_cost) },
    { label: "Valor pelo custo médio", value: money(product.stock_value) },
    ...(product.sale_price > 0
      ? [{ label: "Preço de venda", value: money(product.sale_price) }]
      : []),
    ...(minimum > 0 ? [{ label: "Mínimo", value: withUnit(minimum, unit) }] : []),
    ...(maximum === null ? [] : [{ label: "Máximo", value: withUnit(maximum, unit) }]),
  ];
}

function moreOf(product: Product, onOff: () => void, again: () => void): MenuItem[] {
  const of = `product_code=${encodeURIComponent(product.code)}`;
  const items: MenuItem[] = [
    {
      text: "Movimentos (CSV)",
      icon: "download",
      href: `/api/export/movements?${of}`,
      download: true,
    },
    { text: "Lotes (CSV)", icon: "download", href: `/api/export/lots?${of}`, download: true },
  ];
  if (!may("manage")) return items;
  const active = async () => {
    await ask(productPath(product.code), { method: "PATCH", json: { active: true } });
    notify("Produto reativado.");
    again();
  };
  return [
    ...items,
    product.active
      ? { text: "Desativar", icon: "ban", danger: true, onClick: onOff }
      : { text: "Reativar", icon: "undo-2", onClick: () => void active().catch(notifyFault) },
  ];
}

function Deactivate(props: { product: Product; onClose: () => void; onDone: () => void }) {
  const { product } = props;
  return (
    <Confirm
      title="Desativar o produto"
      action="Desativar"
      danger
      act={async () => {
        await ask(productPath(product.code), {
          method: "DELETE",
          headers: { "if-match": `"${product.version}"` },
        });
        notify("Produto desativado. Ele continua na ficha e pode ser reativado.");
        props.onDone();
      }}
      onClose={props.onClose}
    >
      <p>
        <Icon name="info" /> {name(product.name)} sai das listas. A ficha dele continua, e só um
        produto com saldo zero pode ser desativado.
      </p>
    </Confirm>
  );
}
