import { useRef, useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { useRead } from "../base/read.ts";
import { day, name, quantity } from "../base/say.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Field, FigureField, figureOf, Segments, Select } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { type CursorPage, type Lot, type Product, productPath } from "./answers.ts";
import { balanceAfter, withUnit } from "./figures.ts";

type Kind = "ENTRADA" | "SAIDA";

interface Written {
  readonly lots?: readonly { readonly lot: string; readonly expires_on: string | null }[];
}

/** Refusals that are about one field. */
const FIELD_OF: Readonly<Record<string, string>> = {
  "stock.insufficient": "quantity",
  "stock.out_of_range": "quantity",
  "stock.lot_insufficient": "batch_number",
  "movement.in_future": "happened_at",
  "movement.before_first": "happened_at",
};

function problemsOf(fault: unknown): ReadonlyMap<string, string> {
  if (!(fault instanceof Refused)) return new Map();
  const field = FIELD_OF[fault.code];
  return field === undefined ? fault.fields : new Map([[field, fault.message]]);
}

/** An entry or an exit by hand, with the balance that it leads to. */
export function MovementDialog(props: {
  product: Product;
  onClose: () => void;
  onDone: () => void;
}) {
  const { product } = props;
  const [type, setType] = useState<Kind>("SAIDA");
  const [amount, setAmount] = useState("");
  const [cost, setCost] = useState("");
  const [lot, setLot] = useState("");
  const [expires, setExpires] = useState("");
  const [happened, setHappened] = useState("");
  const [notes, setNotes] = useState("");
  const act = useAct();
  const [asked, setAsked] = useState(false);
  const sent = useRef({ text: "", key: "" });
  const lots = useRead<CursorPage<Lot>>(
    type === "SAIDA" ? `${productPath(product.code)}/lots?limit=50` : null,
  );
  const figure = figureOf(amount);
  const after = balanceAfter(product.quantity, type, figure);
  const problems = problemsOf(act.fault);
  const wrongAmount = figure === null || Number(figure) <= 0;
  const wrongCost = cost.trim() !== "" && figureOf(cost) === null;
  const orderOf = () => ({
    product_code: product.code,
    type,
    quantity: figure,
    ...(type === "ENTRADA" && cost.trim() !== "" ? { unit_cost: figureOf(cost) } : {}),
    ...(lot === "" ? {} : { batch_number: lot }),
    ...(type === "ENTRADA" && expires !== "" ? { expiration_date: expires } : {}),
    ...(happened === "" ? {} : { happened_at: happened }),
    ...(notes.trim() === "" ? {} : { notes: notes.trim() }),
  });
  const send = async () => {
    const json = orderOf();
    const text = JSON.stringify(json);
    // The same again after a lost answer is carried out once; what was changed is another order.
    if (sent.current.text !== text) sent.current = { text, key: newKey() };
    const { key } = sent.current;
    const made = await ask<Written>("/api/movements", { method: "POST", json, key });
    const taken = (made.lots ?? []).map(
      (one) => `${one.lot}${one.expires_on === null ? "" : ` (vence ${day(one.expires_on)})`}`,
    );
    notify(
      `${type === "ENTRADA" ? "Entrada lançada." : "Saída lançada."}${taken.length === 0 ? "" : ` Saiu do lote ${taken.join(", ")}.`}`,
    );
    props.onDone();
    props.onClose();
  };
  const own = [...problems.keys()].some((field) => FIELDS.has(field));
  return (
    <Dialog title="Lançar entrada ou saída" onClose={props.onClose}>
      <form
        class="stock-dialog"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (!wrongAmount && !wrongCost) act.run(send);
        }}
      >
        <p class="stock-dialog-name">{name(product.name)}</p>
        <Segments<Kind>
          label="Movimento"
          value={type}
          options={[
            { value: "ENTRADA", text: "Entrada" },
            { value: "SAIDA", text: "Saída" },
          ]}
          onChange={(chosen) => {
            setType(chosen);
            setLot("");
            act.forget();
          }}
        />
        <FigureField
          label="Quantidade"
          value={amount}
          onInput={(value) => {
            setAmount(value);
            act.forget();
          }}
          unit={product.unit}
          problem={
            problems.get("quantity") ??
            (asked && wrongAmount ? "Escreva uma quantidade maior que zero" : undefined)
          }
        />
        <p class={`stock-after${after !== null && after < 0 ? " bad" : ""}`} role="status">
          Saldo: {withUnit(product.quantity, product.unit)}
          {after !== null && (
            <>
              {" → "}
              <b>{withUnit(after, product.unit)}</b>
            </>
          )}
        </p>
        {type === "ENTRADA" ? (
          <>
            <FigureField
              label="Custo de uma unidade (opcional)"
              value={cost}
              onInput={setCost}
              before="R$"
              problem={
                problems.get("unit_cost") ??
                (asked && wrongCost ? "Não é um valor em reais" : undefined)
              }
            />
            <div class="stock-pair">
              <Field
                label="Lote (opcional)"
                value={lot}
                onInput={setLot}
                maxLength={100}
                problem={problems.get("batch_number")}
              />
              <Field
                label="Validade (opcional)"
                type="date"
                value={expires}
                onInput={setExpires}
                problem={problems.get("expiration_date")}
              />
            </div>
          </>
        ) : (
          (lots.value?.data.length ?? 0) > 0 && (
            <LotChoice
              lots={lots.value?.data ?? []}
              value={lot}
              onChange={setLot}
              problem={problems.get("batch_number")}
            />
          )
        )}
        <Field
          label="Quando aconteceu (vazio: agora)"
          type="date"
          value={happened}
          onInput={setHappened}
          problem={problems.get("happened_at")}
        />
        <Field
          label="Motivo (opcional)"
          value={notes}
          onInput={setNotes}
          maxLength={500}
          problem={problems.get("notes")}
        />
        <FormFoot
          fault={own ? null : act.fault}
          action={type === "ENTRADA" ? "Lançar entrada" : "Lançar saída"}
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

const FIELDS = new Set([
  "quantity",
  "unit_cost",
  "batch_number",
  "expiration_date",
  "happened_at",
  "notes",
]);

function LotChoice(props: {
  lots: readonly Lot[];
  value: string;
  onChange: (lot: string) => void;
  problem: string | undefined;
}) {
  const options = [
    { value: "", text: "O que vence primeiro (automático)" },
    ...[...new Map(props.lots.map((one) => [one.lot, one])).values()].map((one) => ({
      value: one.lot,
      text: `${one.lot} · ${quantity(one.quantity)}${one.expires_on === null ? "" : ` · vence ${day(one.expires_on)}`}`,
    })),
  ];
  return (
    <Select
      label="Lote"
      value={props.value}
      options={options}
      onChange={props.onChange}
      {...(props.problem === undefined ? {} : { problem: props.problem })}
    />
  );
}
