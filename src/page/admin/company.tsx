import { useEffect, useRef, useState } from "preact/hooks";
import type { z } from "zod";
import type { CompanySchema } from "../../http/routes/accounts/company.ts";
import { useAct } from "../base/act.ts";
import { ask, askTagged } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import * as say from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Field, Problem, Segments, Select } from "../parts/field.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { Rules } from "./rules.tsx";

export type Company = z.infer<typeof CompanySchema>;
type Member = keyof Company;

const NAMES: Record<Member, string> = {
  name: "Nome",
  cnpjs: "CNPJs",
  environment: "Ambiente",
  time_zone: "Fuso horário",
  auto_approve: "Aprovação automática",
  overridable_holds: "Pendências que um gerente pode liberar",
  require_signature: "Assinatura digital",
  require_mapping: "De-para",
  allow_negative: "Permitir saldo negativo",
  alert_cost_rise_percent: "Aviso de custo",
  alert_held_days: "Aviso de nota com pendência",
};
const MEMBERS: readonly Member[] = [
  "name",
  "cnpjs",
  "environment",
  "time_zone",
  "auto_approve",
  "overridable_holds",
  "require_signature",
  "require_mapping",
  "allow_negative",
  "alert_cost_rise_percent",
  "alert_held_days",
];
/** The time zones of Brazil by the names that people know, with their hour. */
const ZONES: Readonly<Record<string, string>> = {
  "America/Sao_Paulo": "São Paulo e Brasília (UTC−3)",
  "America/Belem": "Belém (UTC−3)",
  "America/Fortaleza": "Fortaleza (UTC−3)",
  "America/Recife": "Recife (UTC−3)",
  "America/Bahia": "Salvador (UTC−3)",
  "America/Manaus": "Manaus (UTC−4)",
  "America/Cuiaba": "Cuiabá (UTC−4)",
  "America/Campo_Grande": "Campo Grande (UTC−4)",
  "America/Porto_Velho": "Porto Velho (UTC−4)",
  "America/Rio_Branco": "Rio Branco (UTC−5)",
  "America/Noronha": "Fernando de Noronha (UTC−2)",
};
const zoneText = (zone: string): string =>
  ZONES[zone] ?? zone.replace(/^.*\//, "").replaceAll("_", " ");

const differs = (one: Company, other: Company, member: Member): boolean =>
  JSON.stringify(one[member]) !== JSON.stringify(other[member]);

/** `theirs`, with what differs between `base` and `mine` as it is in `mine`. */
function merged(theirs: Company, base: Company, mine: Company): Company {
  const kept = MEMBERS.filter((member) => differs(base, mine, member));
  return { ...theirs, ...Object.fromEntries(kept.map((member) => [member, mine[member]])) };
}

interface Loaded {
  readonly base: Company;
  readonly etag: string | null;
}

/** Empresa: whose notes are ours, and by which rules they are judged. */
export default function CompanySection() {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [draft, setDraft] = useState<Company | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [others, setOthers] = useState<readonly Member[]>([]);
  const act = useAct();
  const read = async () => {
    const { value, etag } = await askTagged<Company>("/api/company");
    setLoaded({ base: value, etag });
    setFault(null);
    return value;
  };
  const said = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // What was refused stands in the form, or above the bar of this button: it is brought into sight.
    if (act.fault === null && others.length === 0) return;
    const wrong = said.current?.closest("form")?.querySelector(".field-problem");
    (wrong ?? said.current)?.scrollIntoView({ block: "center" });
  }, [act.fault, others]);
  const first = () => void read().then(setDraft).catch(setFault);
  useEffect(first, []);
  if (loaded === null || draft === null)
    return fault === null ? <Skeleton lines={8} /> : <ErrorBar fault={fault} again={first} />;
  const { base, etag } = loaded;
  const changed = MEMBERS.filter((member) => differs(base, draft, member));
  const change = (members: Partial<Company>) => setDraft({ ...draft, ...members });
  const save = () =>
    act.run(async () => {
      const json = Object.fromEntries(changed.map((member) => [member, draft[member]]));
      try {
        await ask("/api/company", {
          method: "PATCH",
          json,
          headers: etag === null ? {} : { "if-match": etag },
        });
      } catch (why) {
        if (!(why instanceof Refused) || why.status !== 412) throw why;
        const theirs = await read();
        setDraft(merged(theirs, base, draft));
        setOthers(MEMBERS.filter((member) => differs(base, theirs, member)));
        return;
      }
      setOthers([]);
      setDraft(await read());
      notify("Configurações salvas. As notas que esperam foram conferidas de novo.");
    });
  return (
    <form
      noValidate
      class="admin-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Card title="Empresa">
        <Field
          label="Nome"
          value={draft.name}
          onInput={(name) => change({ name })}
          maxLength={120}
          problem={act.problem("name")}
        />
        <Cnpjs cnpjs={draft.cnpjs} problem={act.problem} onChange={(cnpjs) => change({ cnpjs })} />
        <Segments
          label="Ambiente"
          value={draft.environment}
          options={[
            { value: "production", text: "Produção" },
            { value: "homologation", text: "Homologação (testes)" },
          ]}
          onChange={(environment) => change({ environment })}
        />
        {base.environment !== draft.environment && (
          <p class="admin-under small hold">
            Notas do outro ambiente ficam com pendência, e ela não se libera.
          </p>
        )}
        <Select
          label="Fuso horário"
          value={draft.time_zone}
          options={[...new Set([...Object.keys(ZONES), base.time_zone])].map((value) => ({
            value,
            text: zoneText(value),
          }))}
          onChange={(time_zone) => change({ time_zone })}
        />
        <p class="admin-under field-hint">Diz em que dia e em que mês cada nota entra.</p>
      </Card>
      <Rules base={base} draft={draft} change={change} problem={act.problem} />
      <div class="admin-said" ref={said}>
        {others.length > 0 && (
          <div class="admin-others" role="alert">
            <b>Outra pessoa salvou as configurações depois que você abriu esta tela.</b>
            <p>
              Mudou: {others.map((member) => NAMES[member]).join(", ")}. Nada do que você escreveu
              se perdeu: confira e salve de novo.
            </p>
            {others.filter((member) => differs(base, draft, member)).length > 0 && (
              <p>
                Você e a outra pessoa mudaram:{" "}
                {others
                  .filter((member) => differs(base, draft, member))
                  .map((member) => `${NAMES[member]} (agora está “${written(base, member)}”)`)
                  .join("; ")}
                . Se salvar, vale o seu.
              </p>
            )}
          </div>
        )}
        <ErrorBar fault={act.fault} />
      </div>
      <div class={`admin-save ${changed.length === 0 ? "is-idle" : ""}`}>
        <div class="admin-save-row">
          <span class="quiet small" role="status">
            {changed.length === 0
              ? "Tudo salvo."
              : `${say.count(changed.length, "mudança", "mudanças")} por salvar: ${changed
                  .map((member) => NAMES[member])
                  .join(", ")}.`}
          </span>
          {changed.length > 0 && (
            <Button
              onClick={() => {
                setDraft(base);
                setOthers([]);
              }}
            >
              Desfazer
            </Button>
          )}
          <Button type="submit" kind="main" busy={act.busy} disabled={changed.length === 0}>
            Salvar
          </Button>
        </div>
      </div>
    </form>
  );
}

/** A setting as the form has it. */
const written = (company: Company, member: Member): string => {
  if (member === "cnpjs") return company.cnpjs.map(say.taxpayer).join(", ") || "nenhum";
  if (member === "time_zone") return zoneText(company.time_zone);
  if (member === "environment")
    return company.environment === "production" ? "produção" : "homologação";
  const value = company[member];
  if (Array.isArray(value)) return value.length === 0 ? "nenhum" : value.join(", ");
  if (typeof value === "boolean") return value ? "sim" : "não";
  return value === null ? "desligado" : String(value);
};

function Cnpjs(props: {
  cnpjs: readonly string[];
  problem: (field: string) => string | undefined;
  onChange: (cnpjs: string[]) => void;
}) {
  const { cnpjs } = props;
  const [typed, setTyped] = useState("");
  const add = () => {
    if (typed.trim() === "") return;
    props.onChange([...cnpjs, typed.trim()]);
    setTyped("");
  };
  return (
    <fieldset class="admin-set">
      <legend>CNPJs da empresa</legend>
      <p class="field-hint">
        Uma nota é nossa quando o emitente ou o destinatário é um destes: matriz e filiais.
      </p>
      <ul class="admin-list">
        {cnpjs.map((cnpj, i) => (
          <li key={cnpj}>
            <div class="admin-main">
              <span class="figure">{say.taxpayer(cnpj)}</span>
              <Problem text={props.problem(String(i))} />
            </div>
            <Button
              icon="trash-2"
              kind="plain"
              bare
              small
              onClick={() => props.onChange(cnpjs.filter((one) => one !== cnpj))}
            >
              {`Tirar ${say.taxpayer(cnpj)}`}
            </Button>
          </li>
        ))}
      </ul>
      <Field
        label="Mais um CNPJ"
        value={typed}
        onInput={(text) => setTyped(say.withPoints(text))}
        maxLength={30}
        beside={
          <Button icon="plus" onClick={add}>
            Incluir
          </Button>
        }
      />
    </fieldset>
  );
}
