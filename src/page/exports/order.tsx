import type { z } from "zod";
import type { ExportSchema } from "../../http/routes/exports/exports.ts";
import { useAct } from "../base/act.ts";
import { useAddress } from "../base/address.ts";
import { ask, newKey, save } from "../base/ask.ts";
import { closedMonth, today } from "../base/months.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { Button } from "../parts/button.tsx";
import { Field, Segments, Select } from "../parts/field.tsx";
import { MonthSelect } from "../parts/month-select.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import {
  type Choice,
  type Dialect,
  type Expiry,
  type Exported,
  filtersOf,
  pathOf,
} from "./kinds.ts";
import { isLong, PRESETS, type Preset, periodOf } from "./period.ts";

const EXPIRIES: readonly { value: Expiry; text: string }[] = [
  { value: "todos", text: "Todos com saldo" },
  { value: "30", text: "Vencem em 30 dias" },
  { value: "vencidos", text: "Vencidos" },
];
const DIALECTS: readonly { value: Dialect; text: string }[] = [
  { value: "br", text: "Excel brasileiro" },
  { value: "rfc4180", text: "Outros programas (RFC 4180)" },
];

const chosen = <V extends string>(options: readonly { value: V }[], text: string, usual: V): V =>
  options.find(({ value }) => value === text)?.value ?? usual;

/** The form of one file. What is chosen stands in the address. */
export function Order(props: { file: Exported; onClose: () => void; onOrdered: () => void }) {
  const { file } = props;
  const address = useAddress();
  const act = useAct();
  const { fault } = act;
  const now = today();
  const preset = chosen<Preset>(PRESETS, address.param("periodo"), "mes-passado");
  const period = periodOf(preset, now) ?? { from: address.param("de"), to: address.param("ate") };
  const choice: Choice = {
    ...period,
    day: address.param("dia") || now,
    month: closedMonth(address.param("mes")),
    expiry: chosen(EXPIRIES, address.param("validade"), "todos"),
    dialect: chosen(DIALECTS, address.param("formato"), "br"),
  };
  const set = (changed: Readonly<Record<string, string>>) => {
    act.forget();
    address.set(changed, true);
  };
  const long = file.job && file.asks === "period" && isLong(period);
  const download = (more = "") => act.run(() => save(`${pathOf(file, choice)}${more}`), "save");
  const order = () =>
    act.run(async () => {
      await ask<z.infer<typeof ExportSchema>>("/api/exports", {
        method: "POST",
        json: { type: file.kind, filters: filtersOf(file, choice), dialect: choice.dialect },
        key: newKey(),
      });
      notify("O arquivo está sendo preparado: veja em Preparados em segundo plano.");
      props.onOrdered();
    }, "job");
  return (
    <Card class="exports-order">
      <header class="exports-head">
        <Button icon="x" kind="plain" bare small onClick={props.onClose}>
          Fechar
        </Button>
        <div>
          <h2 tabIndex={-1}>{file.name}</h2>
          <p class="small quiet">{file.says}</p>
        </div>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (long) order();
          else download();
        }}
      >
        {file.asks === "period" && (
          <>
            <Select
              label="Período"
              value={preset}
              options={PRESETS}
              onChange={(value) =>
                set(
                  value === "outro"
                    ? { periodo: value, de: period.from, ate: period.to }
                    : { periodo: value, de: "", ate: "" },
                )
              }
            />
            <div class="exports-days">
              <Field
                label="De"
                type="date"
                value={period.from}
                onInput={(de) => set({ periodo: "outro", de, ate: period.to })}
              />
              <Field
                label="Até"
                type="date"
                value={period.to}
                onInput={(ate) => set({ periodo: "outro", de: period.from, ate })}
              />
            </div>
          </>
        )}
        {file.asks === "day" && (
          <Field
            label="Ao fim do dia"
            type="date"
            required
            value={choice.day}
            onInput={(dia) => set({ dia })}
            problem={
              fault instanceof Refused && fault.code === "inventory.date_in_future"
                ? fault.message
                : undefined
            }
          />
        )}
        {file.asks === "month" && (
          <MonthSelect value={choice.month} onChange={(mes) => set({ mes })} />
        )}
        {file.asks === "expiry" && (
          <Segments
            label="Validade"
            value={choice.expiry}
            options={EXPIRIES}
            onChange={(validade) => set({ validade })}
          />
        )}
        {file.csv && (
          <Select
            label="Para qual programa"
            value={choice.dialect}
            options={DIALECTS}
            onChange={(formato) => set({ formato })}
          />
        )}
        <ErrorBar fault={fault} />
        <Unfit fault={fault} busy={act.on === "save"} again={() => download("&skip_unfit=true")} />
        {long && (
          <p class="small quiet exports-long">
            O período é longo: o arquivo é preparado em segundo plano e fica guardado por 7 dias.
          </p>
        )}
        <div class="exports-acts">
          {file.kind === "archive" ? (
            <a class="button main" href={pathOf(file, choice)} download>
              Baixar
            </a>
          ) : long ? (
            <Button type="submit" kind="main" icon="clock" busy={act.on === "job"}>
              Preparar o arquivo
            </Button>
          ) : (
            <Button type="submit" kind="main" icon="download" busy={act.on === "save"}>
              Baixar
            </Button>
          )}
          {file.job && !long && (
            <Button kind="plain" busy={act.on === "job"} onClick={order}>
              Preparar em segundo plano
            </Button>
          )}
        </div>
      </form>
    </Card>
  );
}

/** Some products fit in no line of the SPED, which the refusal names: a way to go on without them. */
export function Unfit(props: { fault: unknown; busy: boolean; again: () => void }) {
  const { fault } = props;
  if (!(fault instanceof Refused) || fault.code !== "inventory.unfit_products") return null;
  return (
    <p class="exports-unfit">
      <Button small busy={props.busy} onClick={props.again}>
        Baixar sem estes produtos
      </Button>
    </p>
  );
}
