import { useId, useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";

interface Rule {
  readonly awareness: "never" | "known_suppliers" | "always";
}

const CHOICES: readonly { value: Rule["awareness"]; text: string; means: string }[] = [
  {
    value: "never",
    text: "Nunca",
    means: "Uma pessoa dá ciência em Notas, Anunciadas; até lá só o resumo está aqui.",
  },
  {
    value: "known_suppliers",
    text: "De fornecedores conhecidos",
    means: "Só de quem já tem item no de-para: as outras esperam por uma pessoa.",
  },
  {
    value: "always",
    text: "Sempre",
    means: "De toda nota anunciada, também de compras que a empresa não conhece.",
  },
];

/** When ciência is stated without a person. It is saved as it is chosen. */
export function AwarenessRule() {
  const id = useId();
  const rule = useRead<Rule>("/api/statements/rule");
  const act = useAct();
  // While it is saved what was chosen is shown; a refusal shows again what stands.
  const [chosen, setChosen] = useState<Rule["awareness"] | null>(null);
  const save = (awareness: Rule["awareness"]) =>
    act.run(async () => {
      setChosen(awareness);
      try {
        await ask("/api/statements/rule", { method: "PUT", json: { awareness }, key: newKey() });
      } catch (fault) {
        setChosen(null);
        throw fault;
      }
      notify("Regra da ciência salva.");
    });
  return (
    <Card title="Ciência automática">
      <p class="quiet admin-intro">
        A ciência diz à SEFAZ que a empresa sabe da nota, e libera o XML completo. Ela não confirma
        a compra.
      </p>
      <ErrorBar fault={rule.fault} again={rule.again} />
      <ErrorBar fault={act.fault} />
      {rule.value === null ? (
        rule.fault === null && <Skeleton lines={3} />
      ) : (
        <fieldset class="admin-set" aria-busy={act.busy ? "true" : undefined}>
          <legend class="hidden">Dar ciência sem uma pessoa</legend>
          {CHOICES.map(({ value, text, means }) => (
            <div key={value} class="admin-rule">
              <label class="check">
                <input
                  type="radio"
                  name={id}
                  checked={(chosen ?? rule.value?.awareness) === value}
                  aria-describedby={`${id}-${value}`}
                  onChange={() => save(value)}
                />
                <span>{text}</span>
              </label>
              <p id={`${id}-${value}`} class="field-hint">
                {means}
              </p>
            </div>
          ))}
        </fieldset>
      )}
    </Card>
  );
}
