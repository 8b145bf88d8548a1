import type { z } from "zod";
import type { CompletenessSchema } from "../../http/routes/notes/reports.ts";
import { useAct } from "../base/act.ts";
import { useAddress } from "../base/address.ts";
import { save } from "../base/ask.ts";
import { useOld } from "../base/live.ts";
import { closedMonth, today } from "../base/months.ts";
import { useRead } from "../base/read.ts";
import { day, month as monthText } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { MonthSelect } from "../parts/month-select.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { Findings } from "./findings.tsx";
import { Unfit } from "./order.tsx";
import { lastDay } from "./period.ts";

/** Rows of each check; the CSV has all of them. */
const SHOWN = 10;

/** The closing of a month, for the accountant: what to download, and what is still missing or stopped. */
export function Closing() {
  const address = useAddress();
  const now = today();
  const month = closedMonth(address.param("mes"));
  const report = useRead<z.infer<typeof CompletenessSchema>>(
    `/api/reports/completeness?month=${month}&limit=${SHOWN}`,
  );
  useOld(["nfe.", "sefaz."], report.again);
  return (
    <div class="exports-closing">
      <Card
        title={`Fechamento de ${monthText(month)}`}
        beside={
          <div class="exports-month">
            <MonthSelect value={month} onChange={(mes) => address.set({ mes }, true)} />
          </div>
        }
      >
        <MonthFiles key={month} month={month} now={now} />
      </Card>
      <Card title="O que conferir antes de fechar">
        <ErrorBar fault={report.fault} again={report.again} />
        {report.value === null ? (
          report.fault === null && <Skeleton lines={7} />
        ) : (
          <Findings report={report.value} month={month} />
        )}
      </Card>
    </div>
  );
}

/** The files of a month, each with its button. The ZIP is streamed by the browser itself: it may be large. */
function MonthFiles({ month, now }: { month: string; now: string }) {
  const act = useAct();
  const first = `${month}-01`;
  const last = lastDay(month, now);
  const begun = first <= now;
  const period = `from=${first}&to=${last}`;
  const run = (path: string) => act.run(() => save(path), path);
  const sped = `/api/export/inventory?date=${last}&format=sped`;
  const files = [
    {
      name: "Itens das notas (CSV)",
      says: "Um por linha, com quantidade, valor e custo",
      path: `/api/export/nfe-items?${period}`,
    },
    {
      name: "Notas (CSV)",
      says: "Uma por linha, com situação e valor",
      path: `/api/export/nfes?${period}`,
    },
    {
      name: `Inventário em ${day(last)} (CSV)`,
      says: "Saldo e valor de cada produto ao fim do dia, pelo custo médio",
      path: `/api/export/inventory?date=${last}`,
    },
    {
      name: `Inventário em ${day(last)} para o SPED`,
      says: "Linhas H005, H010, K100 e K200",
      path: sped,
    },
  ];
  if (!begun) return <p class="quiet">Este mês ainda não começou.</p>;
  return (
    <>
      <ErrorBar fault={act.fault} />
      <Unfit
        fault={act.fault}
        busy={act.on === `${sped}&skip_unfit=true`}
        again={() => run(`${sped}&skip_unfit=true`)}
      />
      <ul class="exports-files">
        <li>
          <div>
            <b>Tudo do mês (ZIP)</b>
            <span class="row-more">
              Os XMLs, as notas e os itens em CSV, e a lista do que conferir
            </span>
          </div>
          <a
            class="button main"
            href={`/api/nfes/archive?month=${month}&sheets=true`}
            download
            aria-label="Baixar tudo do mês (ZIP)"
          >
            <Icon name="download" />
            Baixar
          </a>
        </li>
        <li>
          <div>
            <b>XMLs das notas (ZIP)</b>
            <span class="row-more">Os arquivos originais, os eventos e um índice</span>
          </div>
          <a
            class="button line"
            href={`/api/nfes/archive?month=${month}`}
            download
            aria-label="Baixar XMLs das notas (ZIP)"
          >
            Baixar
          </a>
        </li>
        {files.map(({ name, says, path }) => (
          <li key={path}>
            <div>
              <b>{name}</b>
              <span class="row-more">{says}</span>
            </div>
            <Button busy={act.on === path} onClick={() => run(path)}>
              Baixar<span class="hidden">{` ${name}`}</span>
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
