import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { SuggestionSchema } from "../../http/views/suggestion-view.ts";
import { ask } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { money, name, quantity, unitCost } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Combobox } from "../parts/combobox.tsx";
import { Field, factorOf } from "../parts/field.tsx";
import { type FoundProduct, findProducts } from "../parts/find-products.ts";
import { ErrorBar } from "../parts/states.tsx";
import type { NoteItem } from "./answers.ts";

type Suggestion = z.infer<typeof SuggestionSchema>;

/** What the API says that a mapping changes. */
interface Effect {
  readonly change: {
    readonly product_unit: string;
    readonly example: {
      readonly quantity: number;
      readonly unit: string;
      readonly total: number;
      readonly after: { readonly stock_quantity: number; readonly unit_cost: number | null };
      readonly exact: boolean;
    } | null;
    readonly waiting_notes: readonly { readonly holds_after: readonly string[] }[];
  };
}

/** Links one item of a supplier to a product, with its factor and the proof of it, or makes the product. */
export function MappingForm(props: { supplier: string; item: NoteItem; done: () => void }) {
  const { supplier, item } = props;
  const query = new URLSearchParams({
    supplier_cnpj: supplier,
    code: item.code,
    unit: item.unit,
  });
  const found = useRead<{ suggestions: readonly Suggestion[] }>(
    `/api/supplier-items/suggestions?${query}`,
  );
  const [chosen, setChosen] = useState<FoundProduct | null>(null);
  const [factor, setFactor] = useState("1");
  const [effect, setEffect] = useState<Effect | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const exact = factorOf(factor);
  const send = (product: string, dryRun: boolean, signal?: AbortSignal) =>
    ask<Effect>(`/api/supplier-items${dryRun ? "?dry_run=true" : ""}`, {
      method: "PUT",
      json: {
        supplier_cnpj: supplier,
        code: item.code,
        unit: item.unit,
        product_code: product,
        factor: exact ?? "1",
      },
      ...(signal === undefined ? {} : { signal }),
    });
  useEffect(() => {
    setEffect(null);
    if (chosen === null || exact === null) return;
    const stop = new AbortController();
    send(chosen.code, true, stop.signal).then(
      (answer) => {
        setEffect(answer);
        setFault(null);
      },
      (why) => stop.signal.aborted || setFault(why),
    );
    return () => stop.abort();
  }, [chosen?.code, exact]);
  const act = (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setFault(null);
    work().then(props.done, (why) => {
      setFault(why);
      setBusy(false);
    });
  };
  const save = async (product: string) => {
    const { change } = await send(product, false);
    const freed = change.waiting_notes.filter(({ holds_after }) => holds_after.length === 0).length;
    notify(
      freed === 0
        ? "De-para gravado. O sistema lembra na próxima nota."
        : `De-para gravado. ${freed === 1 ? "1 nota deixou de esperar" : `${freed} notas deixaram de esperar`}.`,
    );
  };
  const take = (one: Suggestion) => {
    setChosen({ code: one.product_code, name: one.product_name, unit: one.product_unit });
    if (one.factor_hint !== null) setFactor(one.factor_hint.factor_text.replace(".", ","));
  };
  return (
    <form
      class="note-mapping"
      aria-label={`De-para de ${name(item.name)}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null && exact !== null) act(() => save(chosen.code));
      }}
    >
      <h3>
        {name(item.name)} <span class="quiet">({item.code})</span>
      </h3>
      {(found.value?.suggestions ?? []).slice(0, 3).map((one) => (
        <button
          key={one.product_code}
          type="button"
          class={`note-suggestion${chosen?.code === one.product_code ? " is-chosen" : ""}`}
          aria-pressed={chosen?.code === one.product_code ? "true" : "false"}
          onClick={() => take(one)}
        >
          <b>{name(one.product_name)}</b>
          <span class="small quiet">{one.reasons.map(({ message }) => message).join(" · ")}</span>
        </button>
      ))}
      <Combobox
        label="Produto da empresa"
        placeholder="Nome, código ou GTIN"
        value={chosen === null ? "" : `${name(chosen.name)} (${chosen.code})`}
        find={findProducts}
        onChoose={({ value }) => setChosen(value)}
        none="Nenhum produto com este texto. Crie o produto novo abaixo."
      />
      <Field
        label={`1 ${item.unit} da nota são quantos ${chosen?.unit ?? "do produto"}?`}
        value={factor}
        onInput={setFactor}
        inputMode="decimal"
        figure
        maxLength={24}
        {...(chosen === null ? {} : { unit: chosen.unit })}
        hint="Um número, ou uma fração como 1/12."
        problem={exact === null ? "Escreva um número maior que zero, ou uma fração" : undefined}
      />
      {effect?.change.example != null && <Proof change={effect.change} />}
      <ErrorBar fault={fault} />
      <div class="note-mapping-acts">
        <Button type="submit" kind="line" busy={busy} disabled={chosen === null || exact === null}>
          Gravar o de-para
        </Button>
        <Button kind="plain" icon="plus" onClick={() => act(() => createFrom(item, save))}>
          Criar produto novo
        </Button>
      </div>
    </form>
  );
}

/** The proof: the quantity and the unit's cost change, the total does not. */
function Proof({ change: { example, product_unit } }: Effect) {
  if (example === null) return null;
  const { after } = example;
  return (
    <p class="small" role="status">
      {quantity(example.quantity)} {example.unit} → <b>{quantity(after.stock_quantity)}</b>{" "}
      {product_unit} a {unitCost(after.unit_cost)}; o total de {money(example.total)} não muda.
      {!example.exact && " A quantidade é arredondada na quarta casa."}
    </p>
  );
}

/** A product as the supplier writes it, under the supplier's code, and the mapping to it. */
async function createFrom(item: NoteItem, save: (product: string) => Promise<void>): Promise<void> {
  await ask("/api/products", {
    method: "POST",
    json: {
      code: item.code,
      name: name(item.name),
      unit: item.unit,
      ...(item.barcode === null ? {} : { barcode: item.barcode }),
      ...(item.ncm === null ? {} : { ncm: item.ncm }),
    },
  });
  await save(item.code);
}
