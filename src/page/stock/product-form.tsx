import { useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Field, FigureField, figureOf, Select } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { type Category, type Product, productPath } from "./answers.ts";
import { categoryOptions } from "./categories.ts";
import { bodyOf, changedElsewhere, type Draft, draftOf, FIELDS } from "./draft.ts";

/** Refusals that are about one field. */
const FIELD_OF: Readonly<Record<string, keyof Draft>> = {
  "product.exists": "code",
  "product.barcode": "barcode",
  "product.barcode_taken": "barcode",
  "product.category": "category_id",
};

/** A new product (`product` null), or the change of one. `onDone` gets its code. */
export function ProductForm(props: {
  product: Product | null;
  categories: readonly Category[];
  /** What a search has not found, for a new product. */
  barcode?: string;
  onClose: () => void;
  onDone: (code: string) => void;
}) {
  const [base, setBase] = useState(props.product);
  const [draft, setDraft] = useState<Draft>(() => draftOf(props.product, props.barcode ?? ""));
  const act = useAct();
  const [asked, setAsked] = useState(false);
  const [theirs, setTheirs] = useState<readonly string[] | null>(null);
  const [key] = useState(newKey);
  const change = (name: keyof Draft) => (value: string) => {
    setDraft({ ...draft, [name]: value });
    act.forget();
  };
  const problems = problemsOf(act.fault, draft, asked);
  /** Another person has saved meanwhile: what they changed is shown, what was typed here stays. */
  const readAgain = async () => {
    if (base === null) return;
    const fresh = await ask<Product>(productPath(base.code));
    setTheirs(changedElsewhere(base, fresh, draft));
    const own = draftOf(base, "");
    const next = draftOf(fresh, "");
    for (const { name } of FIELDS) if (draft[name] !== own[name]) next[name] = draft[name];
    setBase(fresh);
    setDraft(next);
  };
  const save = async () => {
    try {
      const code = base?.code ?? draft.code.trim();
      const json = bodyOf(base, draft);
      if (base === null) await ask("/api/products", { method: "POST", json, key });
      else
        await ask(productPath(code), {
          method: "PATCH",
          json,
          headers: { "if-match": `"${base.version}"` },
        });
      notify(base === null ? "Produto cadastrado." : "Produto salvo.");
      props.onDone(code);
      props.onClose();
    } catch (why) {
      if (!(why instanceof Refused) || why.code !== "product.changed") throw why;
      await readAgain();
    }
  };
  return (
    <Dialog
      title={base === null ? "Novo produto" : "Editar o produto"}
      wide
      onClose={props.onClose}
    >
      <form
        class="stock-dialog"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (problemsOf(null, draft, true).size === 0) act.run(save);
        }}
      >
        {theirs !== null && <Theirs changed={theirs} />}
        <div class="stock-form">
          {FIELDS.filter(({ name }) => base === null || name !== "code").map((field) => {
            const problem = problems.get(field.name);
            const shared = {
              label: field.label,
              value: draft[field.name],
              onInput: change(field.name),
              problem,
            };
            if (field.kind === "category")
              return (
                <Select
                  key={field.name}
                  label={field.label}
                  value={draft.category_id}
                  options={[
                    { value: "", text: "Sem categoria" },
                    ...categoryOptions(props.categories),
                  ]}
                  onChange={change("category_id")}
                  {...(problem === undefined ? {} : { problem })}
                />
              );
            if (field.kind === "figure")
              return (
                <FigureField
                  key={field.name}
                  {...shared}
                  {...(field.name === "sale_price" ? { before: "R$" } : { unit: draft.unit })}
                />
              );
            return (
              <div key={field.name} class={field.name === "name" ? "stock-whole" : ""}>
                <Field {...shared} maxLength={field.most ?? 191} />
              </div>
            );
          })}
        </div>
        <FormFoot
          fault={problems.size > 0 ? null : act.fault}
          action={base === null ? "Cadastrar" : theirs === null ? "Salvar" : "Salvar assim mesmo"}
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

function Theirs({ changed }: { changed: readonly string[] }) {
  return (
    <div class="stock-theirs" role="alert">
      <p>
        <b>Outra pessoa mudou este produto enquanto você editava.</b> Nada foi gravado. O que você
        escreveu continua aqui; confira e salve de novo.
      </p>
      {changed.length > 0 && (
        <ul>
          {changed.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function problemsOf(fault: unknown, draft: Draft, asked: boolean): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (asked)
    for (const { name, kind, wanted, label } of FIELDS) {
      const value = draft[name].trim();
      if (wanted === true && value === "" && (name !== "code" || draft.isNew))
        found.set(name, `${label}: preencha`);
      if (kind === "figure" && value !== "" && (figureOf(value) ?? "-").startsWith("-"))
        found.set(name, "Não é um número a partir de zero");
    }
  if (!(fault instanceof Refused)) return found;
  const field = FIELD_OF[fault.code];
  if (field !== undefined) found.set(field, fault.message);
  for (const [name, message] of fault.fields) found.set(name, message);
  return found;
}
