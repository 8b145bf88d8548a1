import { useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { isUnitOf, type MappedItem } from "../base/mapping.ts";
import { name as written } from "../base/say.ts";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import type { FoundProduct } from "./find-products.ts";
import { FormFoot } from "./form-foot.tsx";

/** Registers a product, without stock: begins as the supplier's item is, in the item's own unit. */
export function NewProduct(props: {
  item: MappedItem;
  onClose: () => void;
  onMade: (product: FoundProduct) => void;
}) {
  const { item } = props;
  const theirs = item.unit_as_written;
  const [code, setCode] = useState(item.code);
  const [name, setName] = useState(item.name === undefined ? "" : written(item.name));
  const [unit, setUnit] = useState(theirs);
  const [typedGtin, setTypedGtin] = useState<string | null>(null);
  const act = useAct();
  const isShown = ["name", "code", "unit", "barcode"].some(
    (field) => act.problem(field) !== undefined,
  );
  const same = isUnitOf(item, unit);
  // The GTIN of a box is not that of the bottle in it.
  const gtin = typedGtin ?? (same ? (item.barcode ?? "") : "");
  const ours = unit.trim() === "" ? "unidades" : unit.trim();
  return (
    <Dialog title="Criar produto" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const made = { code: code.trim(), name: name.trim(), unit: unit.trim() };
          const json = {
            ...made,
            ...(gtin.trim() === "" ? {} : { barcode: gtin.trim() }),
            // A service has one of two digits, which no product may have.
            ...(/^\d{8}$/.test(item.ncm ?? "") ? { ncm: item.ncm } : {}),
          };
          act.run(() =>
            ask("/api/products", { method: "POST", json, key: newKey() }).then(() =>
              props.onMade(made),
            ),
          );
        }}
      >
        <Field
          label="Nome"
          value={name}
          onInput={setName}
          maxLength={191}
          required
          problem={act.problem("name")}
        />
        <Field
          label="Código"
          value={code}
          onInput={setCode}
          maxLength={120}
          required
          problem={act.problem("code")}
        />
        <Field
          label="Unidade em que o estoque conta"
          value={unit}
          onInput={setUnit}
          maxLength={20}
          required
          problem={act.problem("unit")}
          hint={
            same
              ? `A mesma da nota: 1 ${theirs} da nota = 1 ${theirs} do estoque. Se você conta em outra, como UN ou KG, escreva-a.`
              : `Depois você diz quanto é 1 ${theirs} da nota em ${ours} do estoque.`
          }
        />
        <Field
          label="GTIN (opcional)"
          value={gtin}
          onInput={setTypedGtin}
          maxLength={60}
          inputMode="numeric"
          problem={act.problem("barcode")}
          hint={
            !same && item.barcode != null
              ? `O da nota é o da ${theirs}, e não vem para cá.`
              : undefined
          }
        />
        <FormFoot
          fault={isShown ? null : act.fault}
          action="Criar produto"
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}
