import type { z } from "zod";
import type { CompletenessSchema } from "../../http/routes/notes/reports.ts";
import { useAct } from "../base/act.ts";
import { save } from "../base/ask.ts";
import { notifyFault } from "../base/notices.ts";
import { count, day, masked, money, name, taxpayer, whole } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";

type Report = z.infer<typeof CompletenessSchema>;
type Found = Report["checks"][number];
type Row = Found["data"][number];

/** The checks in the order in which a month is closed. Those that are not here are parts of `not_in_stock`. */
const SHOWN: readonly Found["check"][] = [
  "not_here",
  "summary_only",
  "statement_due",
  "not_in_stock",
  "no_protocol",
  "cancelled_after_entry",
  "own_number_gap",
  "waiting_event",
  "nsu_parked",
  "nsu_gap",
  "supplier_number_gap",
  "not_here_void",
];

/** What is only to be looked at. */
const HINTS: readonly Found["check"][] = ["supplier_number_gap", "not_here_void", "nsu_gap"];

/** What is only known where the notes are fetched from the tax office. */
const ANNOUNCED: readonly Found["check"][] = [
  "not_here",
  "summary_only",
  "statement_due",
  "nsu_parked",
  "nsu_gap",
  "not_here_void",
];

/** What is missing or stopped in a month: what is to be done first, then what nothing was found of. */
export function Findings({ report, month }: { report: Report; month: string }) {
  const act = useAct();
  const checks = SHOWN.flatMap((name) => report.checks.filter(({ check }) => check === name));
  const all = checks.reduce((sum, one) => sum + one.count, 0);
  const open = checks.filter((one) => one.count > 0);
  const blind = checks.filter(
    (one) => one.count === 0 && report.fetching !== "all" && ANNOUNCED.includes(one.check),
  );
  const done = checks.filter((one) => one.count === 0 && !blind.includes(one));
  return (
    <>
      <p class="exports-sum" role="status">
        {all > 0
          ? `${count(all, "ponto", "pontos")} a conferir.`
          : blind.length === 0
            ? "Nada falta neste mês."
            : "Nada falta do que está aqui."}
        {all > 0 && (
          <Button
            small
            icon="download"
            busy={act.busy}
            onClick={() =>
              act.run(() => save(`/api/export/completeness?month=${month}`).catch(notifyFault))
            }
          >
            Baixar a lista (CSV)
          </Button>
        )}
      </p>
      <ul class="exports-checks">
        {open.map((one) => (
          <Check key={one.check} found={one} />
        ))}
      </ul>
      {blind.length > 0 && <Blind checks={blind} fetching={report.fetching} />}
      {done.length > 0 && (
        <details class="exports-done">
          <summary>{count(done.length, "conferência", "conferências")} sem nada a fazer</summary>
          <ul class="exports-checks">
            {done.map(({ check, title }) => (
              <li key={check} class="exports-check">
                <h3>{title}</h3>
                <Badge tone="good" icon="check" text="Nada" />
              </li>
            ))}
          </ul>
        </details>
      )}
      {report.unknown_series > 0 && (
        <p class="small quiet">
          {`Em ${count(report.unknown_series, "série", "séries")} de fornecedores não dá para saber se falta algum número: eles vendem a outros.`}
        </p>
      )}
    </>
  );
}

/** What the tax office was not asked about: that nothing was found says nothing. */
function Blind(props: { checks: readonly Found[]; fetching: Report["fetching"] }) {
  return (
    <section class="exports-blind" aria-label="Não conferido">
      <Badge
        tone="plain"
        icon="info"
        text={props.fetching === "none" ? "Não conferido" : "Conferido em parte"}
      />
      <p>
        {props.fetching === "none"
          ? "A busca na SEFAZ está desligada: o que não chegou aqui não foi conferido. "
          : "A busca na SEFAZ está desligada para parte dos CNPJs: o que não chegou deles não foi conferido. "}
        {may("administer") ? (
          <a href="/admin?ver=sefaz">Ligar a busca</a>
        ) : (
          "Um administrador liga a busca em Administração, SEFAZ."
        )}
      </p>
      <ul>
        {props.checks.map(({ check, title }) => (
          <li key={check}>{title}</li>
        ))}
      </ul>
    </section>
  );
}

function Check({ found }: { found: Found }) {
  const { title, what_to_do: todo } = found;
  const hint = HINTS.includes(found.check);
  const rest = found.count - found.data.length;
  return (
    <li class="exports-check">
      <h3>{title}</h3>
      <Badge
        tone={hint ? "wait" : "hold"}
        icon={hint ? "info" : "triangle-alert"}
        text={whole(found.count)}
      />
      <p class="small quiet">{todo}</p>
      <ul>
        {found.data.map((row, i) => (
          <li
            key={`${row.access_key}-${row.supplier_cnpj}-${row.series}-${row.number}-${row.event_type}-${row.nsu ?? i}`}
          >
            {row.status !== null && row.access_key !== null ? (
              <a href={`/notas?ver=todas&nota=${row.access_key}`}>{textOf(row)}</a>
            ) : (
              textOf(row)
            )}
            {found.check !== "not_here_void" && row.why.length > 0 && (
              <span class="row-more">{masked(row.why.join(" "))}</span>
            )}
          </li>
        ))}
        {rest > 0 && <li class="quiet">{`e mais ${whole(rest)}, na lista (CSV)`}</li>}
      </ul>
    </li>
  );
}

/** A note, numbers or NSUs that are missing, or an event, as a person names them. */
function textOf(row: Row): string {
  const isNote = row.supplier_name !== null;
  return [
    row.supplier_name === null ? null : name(row.supplier_name),
    rangeOf("nº", row.number, row.last_number),
    row.series === null ? null : `série ${row.series}`,
    row.issued_at === null ? null : day(row.issued_at),
    row.total_value === null ? null : money(row.total_value),
    row.due_at === null ? null : `até ${day(row.due_at)}`,
    row.event_type === null ? null : `evento ${row.event_type}`,
    row.status === null && row.access_key !== null ? row.access_key : null,
    isNote ? null : rangeOf("NSU", row.nsu, row.last_nsu),
    isNote || row.recipient_cnpj === null ? null : `CNPJ ${taxpayer(row.recipient_cnpj)}`,
  ]
    .filter((text) => text !== null)
    .join(" · ");
}

function rangeOf(of: string, first: number | null, last: number | null): string | null {
  if (first === null) return null;
  return last === null || last === first ? `${of} ${first}` : `${of} ${first} a ${last}`;
}
