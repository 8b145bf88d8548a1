import { useEffect, useRef, useState } from "preact/hooks";
import type { z } from "zod";
import type { SupplierItemChange } from "../../http/routes/stock/supplier-items.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { Refused, wasAborted } from "../base/problem.ts";
import { count } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Combobox } from "../parts/combobox.tsx";
import { Field, factorOf } from "../parts/field.tsx";
import { type FoundProduct, findProducts } from "../parts/find-products.ts";
import { ErrorBar } from "../parts/states.tsx";
import { type ItemKey, queryOf } from "./item-key.ts";
import { NewProduct } from "./new-product.tsx";
import { Proof } from "./proof.tsx";

type Changed = z.infer<typeof SupplierItemChange>;

/** A product of ours that was chosen; `factor`: what is proposed for it, null where nothing says it. */
export interface OurProduct extends FoundProduct {
  readonly factor: string | null;
}

/** What is mapped: a supplier's item as a list shows it. */
export interface MappedItem extends ItemKey {
  readonly unit_as_written: string;
  readonly name?: string;
}

const TRY_MS = 250;

/** A factor as it is written in Brazil: `2.5` → `2,5`. */
export const factorText = (factor: string): string => factor.replace(".", ",");

/** The form that says which product an item is and how many of its units are in one of the supplier's; with the proof from a dry run. */
export function MappingForm(props: {
  item: MappedItem;
  chosen: OurProduct | null;
  onChoose: (product: OurProduct) => void;
  onSaved: () => void;
  /** The label of the field that finds a product. */
  label?: string;
}) {
  const { item, chosen } = props;
  const [factor, setFactor] = useState("");
  const [creating, setCreating] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const field = useRef<HTMLInputElement>(null);
  const mapping = {
    supplier_cnpj: item.supplier_cnpj,
    code: item.code,
    unit: item.unit,
    unit_as_written: item.unit_as_written,
  };
  const wanted = factorOf(factor);
  const tried = useTried(
    chosen === null || wanted === null
      ? null
      : { ...mapping, product_code: chosen.code, factor: wanted },
  );
  const code = chosen?.code ?? null;
  useEffect(() => {
    if (chosen === null) return;
    const same = chosen.unit.toUpperCase() === item.unit_as_written.toUpperCase();
    setFactor(factorText(chosen.factor ?? (same ? "1" : "")));
    setFault(null);
    // What is proposed is marked: typing replaces it, Enter takes it.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.select();
    });
  }, [code]);
  const submit = async () => {
    if (chosen === null || wanted === null || busy) return field.current?.focus();
    setBusy(true);
    try {
      const made = await ask<Changed>("/api/supplier-items", {
        method: "PUT",
        json: { ...mapping, product_code: chosen.code, factor: wanted },
      });
      notify(sentenceOf(made, item), { undo: () => void undo(made, mapping) });
      props.onSaved();
    } catch (why) {
      setFault(why);
      setBusy(false);
    }
  };
  const problem = fault instanceof Refused ? fault.fields.get("factor") : undefined;
  return (
    <>
      <form
        class="mapping-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div class="mapping-product">
          <Combobox
            label={props.label ?? "Outro produto do cadastro"}
            find={findProducts}
            value={chosen?.name ?? ""}
            placeholder="Nome, código ou GTIN"
            none="Nenhum produto com este nome. Crie-o ao lado."
            onChoose={({ value }) => props.onChoose({ ...value, factor: null })}
          />
          <Button icon="plus" onClick={() => setCreating(true)}>
            Criar produto
          </Button>
        </div>
        {chosen !== null && (
          <>
            <div class="mapping-factor">
              <span class="mapping-one" aria-hidden="true">{`1 ${item.unit_as_written} =`}</span>
              <Field
                label={`Quantas ${chosen.unit} há em 1 ${item.unit_as_written}?`}
                value={factor}
                onInput={setFactor}
                figure
                inputRef={field}
                unit={chosen.unit}
                maxLength={24}
                problem={
                  problem ??
                  (factor !== "" && wanted === null
                    ? "Escreva um número, como 12 ou 2,5, ou uma fração, como 1/12"
                    : undefined)
                }
                hint={`Se várias ${item.unit_as_written} formam 1 ${chosen.unit}, escreva uma fração: 1/12.`}
              />
            </div>
            <Proof
              change={tried.value?.change ?? null}
              fault={tried.fault}
              unit={item.unit_as_written}
              busy={tried.busy}
            />
            {problem === undefined && <ErrorBar fault={fault} />}
            <Button
              type="submit"
              kind="main"
              icon="check"
              busy={busy}
              disabled={wanted === null || tried.fault !== null}
            >
              Ensinar
            </Button>
          </>
        )}
      </form>
      {creating && (
        <NewProduct
          name={item.name ?? ""}
          code={item.code}
          unit={item.unit_as_written}
          onClose={() => setCreating(false)}
          onMade={(made) => {
            setCreating(false);
            props.onChoose({ ...made, factor: null });
          }}
        />
      )}
    </>
  );
}

/** What the mapping would change: asked by a dry run, 250 ms after the last key. */
function useTried(wanted: Readonly<Record<string, string>> | null) {
  const [state, setState] = useState<{ of: string; value: Changed | null; fault: unknown }>({
    of: "",
    value: null,
    fault: null,
  });
  const text = wanted === null ? "" : JSON.stringify(wanted);
  useEffect(() => {
    if (wanted === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      ask<Changed>("/api/supplier-items?dry_run=true", {
        method: "PUT",
        json: wanted,
        signal: stop.signal,
        key: newKey(),
      }).then(
        (value) => setState({ of: text, value, fault: null }),
        (fault) => wasAborted(fault) || setState({ of: text, value: null, fault }),
      );
    }, TRY_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  const here = state.of === text && text !== "";
  return {
    value: here ? state.value : null,
    fault: here ? state.fault : null,
    busy: text !== "" && !here,
  };
}

function sentenceOf({ change }: Changed, item: MappedItem): string {
  const freed = change.waiting_notes.filter((note) => !note.holds_after.includes("mapping")).length;
  const learnt = `${item.code} aprendido.`;
  return freed === 0
    ? learnt
    : `${learnt} ${count(freed, "nota deixou", "notas deixaram")} de esperar.`;
}

/** Brings back what stood before. */
async function undo({ change }: Changed, mapping: ItemKey): Promise<void> {
  const { before } = change;
  try {
    if (before === null) await ask(`/api/supplier-items?${queryOf(mapping)}`, { method: "DELETE" });
    else
      await ask("/api/supplier-items", {
        method: "PUT",
        json: { ...mapping, product_code: before.product_code, factor: before.factor_text },
      });
    notify("Desfeito.");
  } catch (fault) {
    notifyFault(fault);
  }
}
