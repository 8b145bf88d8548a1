import { useState } from "preact/hooks";
import { ask, newKey } from "../base/ask.ts";
import { Refused } from "../base/problem.ts";
import { name as written } from "../base/say.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";

/** Registers a product, without stock: begins with what the supplier's item says. */
export function NewProduct(props: {
  name: string;
  code: string;
  unit: string;
  onClose: () => void;
  onMade: (product: { code: string; name: string; unit: string }) => void;
}) {
  const [code, setCode] = useState(props.code);
  const [name, setName] = useState(props.name === "" ? "" : written(props.name));
  const [unit, setUnit] = useState("UN");
  const [fault, setFault] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const fields = fault instanceof Refused ? fault.fields : new Map<string, string>();
  return (
    <Dialog title="Criar produto" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (busy) return;
          setBusy(true);
          const made = { code: code.trim(), name: name.trim(), unit: unit.trim() };
          ask("/api/products", { method: "POST", json: made, key: newKey() }).then(
            () => props.onMade(made),
            (why) => {
              setFault(why);
              setBusy(false);
            },
          );
        }}
      >
        <Field
          label="Nome"
          value={name}
          onInput={setName}
          maxLength={191}
          required
          problem={fields.get("name")}
        />
        <Field
          label="Código"
          value={code}
          onInput={setCode}
          maxLength={120}
          required
          problem={fields.get("code")}
        />
        <Field
          label="Unidade em que o estoque conta"
          value={unit}
          onInput={setUnit}
          maxLength={20}
          required
          problem={fields.get("unit")}
          hint={`Na nota o item vem em ${props.unit}; o estoque pode contar em outra, como UN ou KG.`}
        />
        <FormFoot
          fault={fields.size === 0 ? fault : null}
          action="Criar produto"
          busy={busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}
