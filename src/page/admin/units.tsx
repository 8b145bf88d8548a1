import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { UnitsSchema } from "../../http/routes/accounts/company-units.ts";
import { useAct } from "../base/act.ts";
import { ask } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { Button } from "../parts/button.tsx";
import { Field, Problem } from "../parts/field.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";

type Units = z.infer<typeof UnitsSchema>;
type Own = Units["own"];

/** Unidades: how suppliers write a unit, and which unit that is here. */
export default function UnitsSection() {
  const read = useRead<Units>("/api/company/units");
  const [own, setOwn] = useState<Own | null>(null);
  const [spelling, setSpelling] = useState("");
  const [unit, setUnit] = useState("");
  const act = useAct();
  const saved = read.value;
  useEffect(() => {
    if (saved !== null) setOwn((before) => before ?? saved.own);
  }, [saved]);
  if (saved === null || own === null)
    return read.fault === null ? (
      <Skeleton lines={6} />
    ) : (
      <ErrorBar fault={read.fault} again={read.again} />
    );
  const changed = JSON.stringify(saved.own) !== JSON.stringify(own);
  const add = () => {
    if (spelling.trim() === "" || unit.trim() === "") return;
    setOwn([...own, { spelling: spelling.trim(), unit: unit.trim() }]);
    setSpelling("");
    setUnit("");
  };
  return (
    <Card title="Unidades">
      <p class="quiet admin-intro">
        O mesmo fornecedor escreve CX, CX12 e CAIXA. Diga aqui qual unidade cada grafia é. Ao
        salvar, o de-para acompanha e as notas que esperam são conferidas de novo.
      </p>
      <ul class="admin-list">
        {own.map((one, i) => (
          <li key={i}>
            <div class="admin-main">
              <span>
                <code>{one.spelling}</code> é <code>{one.unit}</code>
              </span>
              {i === own.length - 1 && <Problem text={act.problem("spelling")} />}
            </div>
            <Button
              icon="trash-2"
              kind="plain"
              bare
              small
              onClick={() => setOwn(own.filter((other) => other !== one))}
            >
              {`Tirar ${one.spelling}`}
            </Button>
          </li>
        ))}
      </ul>
      {own.length === 0 && <p class="quiet small">Nenhuma grafia própria.</p>}
      <form
        class="admin-row-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Field
          label="Como o fornecedor escreve"
          value={spelling}
          onInput={setSpelling}
          maxLength={20}
        />
        <Field label="Unidade" value={unit} onInput={setUnit} maxLength={20} />
        <Button type="submit" icon="plus">
          Incluir
        </Button>
      </form>
      <details class="admin-more">
        <summary>As unidades conhecidas ({saved.units.length})</summary>
        <dl class="admin-units">
          {saved.units.map(({ unit: name, spellings }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{spellings.join(", ")}</dd>
            </div>
          ))}
        </dl>
      </details>
      <ErrorBar fault={act.fault} />
      <footer class="dialog-foot">
        {changed && <Button onClick={() => setOwn(saved.own)}>Desfazer</Button>}
        <Button
          kind="main"
          busy={act.busy}
          disabled={!changed}
          onClick={() =>
            act.run(async () => {
              const now = await ask<Units>("/api/company/units", { method: "PUT", json: { own } });
              setOwn(now.own);
              read.again();
              notify("Unidades salvas.");
            })
          }
        >
          Salvar
        </Button>
      </footer>
    </Card>
  );
}
