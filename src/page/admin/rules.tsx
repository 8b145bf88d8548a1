import type { ComponentChildren } from "preact";
import type { HoldCode } from "../base/hold-names.ts";
import { useOld } from "../base/live.ts";
import { useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { Check, Field } from "../parts/field.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import type { Company } from "./company.tsx";

/** What each hold is to a person; null: no company may let it be lifted. */
const QUESTIONS: Record<HoldCode, string | null> = {
  homologation: null,
  no_protocol: "O arquivo veio sem o protocolo da SEFAZ",
  not_authorised: null,
  protocol_mismatch: null,
  key_mismatch: null,
  cancelled: null,
  refused_by_recipient: "O destinatário declarou que não reconhece a operação",
  not_delivered: "A transportadora registrou que não houve a entrega",
  goods_lost: "Um evento informa perda, roubo ou perecimento",
  not_ours: "A nota não é de um CNPJ da empresa",
  no_goods: "Nenhum item movimenta mercadoria",
  awaits_original: null,
  original_reversed: "Devolve mercadoria de uma nota estornada",
  unknown_operation: "A operação não diz se a mercadoria entra ou sai",
  mapping: "Há código do fornecedor sem produto da empresa",
  rounds_to_zero: null,
  signature_invalid: "A assinatura digital falta ou não confere",
  retail: "É venda de balcão (NFC-e)",
};
/** In the order in which they are decided most often. */
const LIFTABLE: readonly HoldCode[] = [
  "unknown_operation",
  "mapping",
  "no_goods",
  "not_ours",
  "no_protocol",
  "signature_invalid",
  "retail",
  "refused_by_recipient",
  "not_delivered",
  "goods_lost",
  "original_reversed",
];
const LOOKED_AT = 100;
const HELD = `/api/nfes?status=PENDENTE&held=true&limit=${LOOKED_AT}`;

interface HeldPage {
  readonly data: readonly { readonly holds: readonly { readonly code: string }[] }[];
}

/** The rules of a company, each with how many of the newest held notes it concerns now. */
export function Rules(props: {
  base: Company;
  draft: Company;
  change: (members: Partial<Company>) => void;
  problem: (field: string) => string | undefined;
}) {
  const { base, draft, change } = props;
  const held = useRead<HeldPage>(HELD);
  useOld(["nfe."], held.again);
  const notes = held.value?.data ?? null;
  const having = (code: string) =>
    notes?.filter(({ holds }) => holds.some((one) => one.code === code)) ?? null;
  const onlyHaving = (code: string) =>
    having(code)?.filter(({ holds }) => holds.every((one) => one.code === code)) ?? null;
  const lifted = (code: HoldCode, on: boolean) =>
    change({
      overridable_holds: on
        ? [...draft.overridable_holds, code]
        : draft.overridable_holds.filter((one) => one !== code),
    });
  return (
    <Card title="Regras">
      <ErrorBar fault={held.fault} again={held.again} />
      <Rule
        label="Aprovar sozinho a nota sem pendência"
        checked={draft.auto_approve}
        onChange={(auto_approve) => change({ auto_approve })}
        hint="Vale para as notas que chegarem. As que já esperam continuam esperando por uma pessoa."
      />
      <Rule
        label="Exigir assinatura digital válida"
        checked={draft.require_signature}
        onChange={(require_signature) => change({ require_signature })}
        hint="A nota sem assinatura que confira fica com pendência."
        effect={
          draft.require_signature === base.require_signature
            ? null
            : effectOf(draft.require_signature, onlyHaving("signature_invalid"))
        }
      />
      <Rule
        label="Exigir que cada item esteja no de-para"
        checked={draft.require_mapping}
        onChange={(require_mapping) => change({ require_mapping })}
        hint="Desligado, um código desconhecido do fornecedor vira um produto novo."
        effect={
          draft.require_mapping === base.require_mapping
            ? null
            : effectOf(draft.require_mapping, onlyHaving("mapping"))
        }
      />
      <Rule
        label="Permitir saldo negativo"
        checked={draft.allow_negative}
        onChange={(allow_negative) => change({ allow_negative })}
        hint="Desligado, a saída que passa do saldo é recusada."
      />
      <fieldset class="admin-set">
        <legend>Pendências que um gerente pode liberar</legend>
        <p class="field-hint">
          Nota cancelada, não autorizada, de outro ambiente ou que não confere com a chave nunca se
          libera.
        </p>
        {LIFTABLE.map((code) => (
          <div class="admin-hold" key={code}>
            <Check
              label={QUESTIONS[code]}
              checked={draft.overridable_holds.includes(code)}
              onChange={(on) => lifted(code, on)}
            />
            <Waiting many={having(code)?.length ?? null} />
          </div>
        ))}
        {notes !== null && notes.length >= LOOKED_AT && (
          <p class="small quiet">Contadas nas {LOOKED_AT} notas com pendência mais novas.</p>
        )}
      </fieldset>
      <div class="admin-pair">
        <LimitField
          label="Avisar quando o custo subir"
          unit="%"
          value={draft.alert_cost_rise_percent}
          onChange={(alert_cost_rise_percent) => change({ alert_cost_rise_percent })}
          problem={props.problem("alert_cost_rise_percent")}
        />
        <LimitField
          label="Avisar da nota com pendência há"
          unit="dias"
          value={draft.alert_held_days}
          onChange={(alert_held_days) => change({ alert_held_days })}
          problem={props.problem("alert_held_days")}
        />
      </div>
    </Card>
  );
}

const Waiting = ({ many }: { many: number | null }) =>
  many === null || many === 0 ? null : (
    <span class="tab-count hold">{say.count(many, "nota espera", "notas esperam")}</span>
  );

/** What saving does to notes that wait: a rule that goes lets those pass that wait for nothing else; what one that comes will hold is not known before. */
function effectOf(comes: boolean, only: readonly unknown[] | null): string {
  if (comes) return "Ao salvar, as notas que esperam são conferidas com esta regra.";
  if (only === null || only.length === 0)
    return "Ao salvar, as notas que esperam são conferidas sem esta regra.";
  return `Ao salvar, ${say.count(only.length, "nota deixa de esperar: ela só tem esta pendência", "notas deixam de esperar: elas só têm esta pendência")}.`;
}

function Rule(props: {
  label: string;
  hint: ComponentChildren;
  checked: boolean;
  onChange: (on: boolean) => void;
  effect?: string | null;
}) {
  return (
    <div class="admin-rule">
      <Check label={props.label} checked={props.checked} onChange={props.onChange} />
      <p class="field-hint">{props.hint}</p>
      {props.effect != null && (
        <p class="small wait" role="status">
          {props.effect}
        </p>
      )}
    </div>
  );
}

/** A whole number that turns an alert on; empty turns it off. */
function LimitField(props: {
  label: string;
  unit: string;
  value: number | null;
  onChange: (value: number | null) => void;
  problem: string | undefined;
}) {
  return (
    <Field
      label={props.label}
      value={props.value === null ? "" : String(props.value)}
      onInput={(text) => {
        const digits = text.replaceAll(/\D/g, "").slice(0, 4);
        props.onChange(digits === "" ? null : Number(digits));
      }}
      inputMode="numeric"
      figure
      unit={props.unit}
      hint={props.value === null ? "Desligado." : undefined}
      problem={props.problem}
    />
  );
}
