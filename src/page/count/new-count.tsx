import { useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { moment } from "../base/say.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Field, Segments, Select } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { catalogue } from "./catalogue.ts";
import type { Count } from "./scan.ts";

interface Category {
  readonly id: number;
  readonly name: string;
}

/** Opens a count of everything, of a category or of a place. */
export function NewCount(props: { onClose: () => void; onOpened: (count: Count) => void }) {
  const [title, setTitle] = useState(`Contagem de ${moment(Date.now())}`);
  const [scope, setScope] = useState<"all" | "category" | "location">("all");
  const [category, setCategory] = useState("");
  const [location, setLocation] = useState("");
  const [asked, setAsked] = useState(false);
  const act = useAct();
  const [key, setKey] = useState(newKey);
  const categories = useRead<readonly Category[]>(scope === "category" ? "/api/categories" : null);
  const places = [
    ...new Set(catalogue.value.products.map((product) => product.location ?? "")),
  ].filter((one) => one !== "");
  const wanted =
    scope === "category"
      ? { scope, category_id: Number(category) }
      : scope === "location"
        ? { scope, location }
        : { scope };
  const isMissing =
    (scope === "category" && category === "") || (scope === "location" && location === "");
  const open = async () => {
    const json = { name: title.trim(), ...wanted };
    const { count } = await ask<{ count: Count }>("/api/counts", {
      method: "POST",
      json,
      key,
    }).catch((why) => {
      setKey(newKey());
      throw why;
    });
    notify(`${count.name} aberta.`);
    props.onOpened(count);
  };
  return (
    <Dialog title="Nova contagem" onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (!isMissing && title.trim() !== "") act.run(open);
        }}
      >
        <Field
          label="Nome"
          value={title}
          onInput={setTitle}
          maxLength={120}
          problem={asked && title.trim() === "" ? "Dê um nome à contagem" : undefined}
        />
        <Segments
          label="O que será contado"
          value={scope}
          options={[
            { value: "all", text: "Tudo" },
            { value: "category", text: "Categoria" },
            { value: "location", text: "Local" },
          ]}
          onChange={setScope}
        />
        {scope === "category" && (
          <>
            <ErrorBar fault={categories.fault} again={categories.again} />
            <Choice
              label="Categoria"
              value={category}
              options={(categories.value ?? []).map(({ id, name }) => [String(id), name])}
              onChange={setCategory}
              problem={asked && category === "" ? "Escolha a categoria" : undefined}
              none={categories.value === null ? "" : "Ainda não há categorias."}
            />
          </>
        )}
        {scope === "location" && (
          <Choice
            label="Local"
            value={location}
            options={places.sort().map((place) => [place, place])}
            onChange={setLocation}
            problem={asked && location === "" ? "Escolha o local" : undefined}
            none="Nenhum produto tem um local no cadastro."
          />
        )}
        <p class="quiet small">
          A loja pode continuar vendendo: cada leitura guarda a hora em que foi feita.
        </p>
        <FormFoot
          fault={act.fault}
          action="Começar a contar"
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

function Choice(props: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
  problem: string | undefined;
  none: string;
}) {
  if (props.options.length === 0) return <p class="field-hint">{props.none}</p>;
  return (
    <Select
      label={props.label}
      value={props.value}
      options={[
        { value: "", text: "Escolha…" },
        ...props.options.map(([value, text]) => ({ value, text })),
      ]}
      onChange={props.onChange}
      {...(props.problem === undefined ? {} : { problem: props.problem })}
    />
  );
}
