import { useEffect, useRef, useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import {
  deleteMapping,
  factorText,
  freedBy,
  isUnitOf,
  type Mapped,
  type MappedItem,
  putMapping,
  useTried,
} from "../base/mapping.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { count, name } from "../base/say.ts";
import { Button } from "./button.tsx";
import { Combobox } from "./combobox.tsx";
import { Field, factorOf } from "./field.tsx";
import { type FoundProduct, findProducts } from "./find-products.ts";
import { MappingProof } from "./mapping-proof.tsx";
import { NewProduct } from "./new-product.tsx";
import { ErrorBar } from "./states.tsx";

/** A product of ours that was chosen; `factor`: what is proposed for it, null where nothing says it. */
export interface OurProduct extends FoundProduct {
  readonly factor: string | null;
}

/**
 * The form that says which product an item is and how much of it is in one of the supplier's units, with the proof from a dry run.
 * A factor belongs to the product that it was proposed or typed for: another product has its own.
 */
export function MappingForm(props: {
  item: MappedItem;
  chosen: OurProduct | null;
  onChoose: (product: OurProduct) => void;
  onSaved: () => void;
  /** The way back, in a dialog. */
  onClose?: () => void;
  /** In a note, whose main action is another. */
  inNote?: boolean;
}) {
  const { item, chosen } = props;
  const [typed, setTyped] = useState({ of: "", factor: "" });
  const [creating, setCreating] = useState(false);
  const act = useAct();
  const field = useRef<HTMLInputElement>(null);
  const foot = useRef<HTMLElement>(null);
  const theirs = item.unit_as_written;
  const code = chosen?.code ?? "";
  const same = chosen !== null && isUnitOf(item, chosen.unit);
  const proposed = factorText(chosen?.factor ?? (same ? "1" : ""));
  const factor = typed.of === code ? typed.factor : proposed;
  const wanted = factorOf(factor);
  const mapping = {
    supplier_cnpj: item.supplier_cnpj,
    code: item.code,
    unit: item.unit,
    unit_as_written: theirs,
  };
  const tried = useTried(
    chosen === null || wanted === null ? null : { ...mapping, product_code: code, factor: wanted },
  );
  useEffect(() => {
    if (chosen === null) return;
    act.forget();
    // What is proposed is marked: typing replaces it, Enter takes it.
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.select();
    });
  }, [code]);
  useEffect(() => {
    if (field.current?.matches(":focus") !== true) return;
    // The proof comes below what is seen, or makes a foot higher that stands over the field.
    for (const one of [foot.current, field.current]) one?.scrollIntoView({ block: "nearest" });
  }, [tried.value, tried.fault]);
  const submit = () => {
    // Nothing is written before its proof is shown.
    if (wanted === null || act.busy || tried.value === null) return field.current?.focus();
    act.run(async () => {
      const made = await putMapping({ ...mapping, product_code: code, factor: wanted });
      notify(sentenceOf(made), { undo: () => void undo(made, mapping) });
      props.onSaved();
    });
  };
  const problem = act.problem("factor");
  return (
    <>
      <form
        class="mapping-form"
        aria-label={`De-para de ${name(item.name ?? item.code)}`}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div class="mapping-product">
          <Combobox
            label="Produto do cadastro"
            find={findProducts}
            value={chosen === null ? "" : name(chosen.name)}
            placeholder="Nome, código ou GTIN"
            none="Nenhum produto com este texto. Você pode criá-lo."
            onChoose={({ value }) => props.onChoose({ ...value, factor: null })}
          />
          <Button icon="plus" onClick={() => setCreating(true)}>
            Criar produto
          </Button>
        </div>
        {chosen !== null && (
          <>
            <Field
              label={`Quanto é 1 ${theirs} da nota em ${chosen.unit}?`}
              value={factor}
              onInput={(text) => setTyped({ of: code, factor: text })}
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
              hint={
                same
                  ? `A unidade é a mesma: em geral, 1.`
                  : `Com 12 ${chosen.unit} em cada ${theirs}, escreva 12. Só se 12 ${theirs} formam 1 ${chosen.unit}, escreva 1/12.`
              }
            />
            <footer
              class={`mapping-foot${props.onClose === undefined ? "" : " dialog-foot"}`}
              ref={foot}
            >
              <MappingProof tried={tried} factor={wanted} theirs={theirs} code={code} />
              {problem === undefined && <ErrorBar fault={act.fault} />}
              {props.onClose !== undefined && <Button onClick={props.onClose}>Voltar</Button>}
              <Button
                type="submit"
                kind={props.inNote === true ? "line" : "main"}
                icon="check"
                busy={act.busy}
                disabled={tried.value === null}
              >
                Gravar o de-para
              </Button>
            </footer>
          </>
        )}
      </form>
      {creating && (
        <NewProduct
          item={item}
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

function sentenceOf(made: Mapped): string {
  const freed = freedBy(made);
  const written = `De-para de ${made.code} gravado.`;
  return freed === 0
    ? written
    : `${written} ${count(freed, "nota deixou", "notas deixaram")} de esperar.`;
}

/** Brings back what stood before. */
async function undo({ change: { before } }: Mapped, mapping: MappedItem): Promise<void> {
  try {
    if (before === null) await deleteMapping(mapping);
    else
      await putMapping({
        ...mapping,
        product_code: before.product_code,
        factor: before.factor_text,
      });
    notify("Desfeito.");
  } catch (fault) {
    notifyFault(fault);
  }
}
