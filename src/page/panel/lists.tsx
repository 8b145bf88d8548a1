import { useOld } from "../base/live.ts";
import { isSettled, type Read, useRead } from "../base/read.ts";
import { count, day, dayMonth, masked, money, name, percent, unitCost } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Icon } from "../parts/icon.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import type { Note, Stats } from "./answers.ts";

const TOP = 5;
const NOTES = `/api/nfes?status=PENDENTE&held=true&cursor=start&limit=${TOP}`;

type HeldNotes = Read<{ data: readonly Note[] }>;

/** The newest held notes, which are read where there are any. */
export function useHeldNotes(stats: Stats | null): { settled: boolean; notes: HeldNotes } {
  const any = stats !== null && stats.waiting.held > 0;
  const notes: HeldNotes = useRead(any ? NOTES : null);
  useOld(["nfe."], notes.again);
  return { settled: !any || isSettled(notes), notes };
}

/** What waits for a person: alerts first, then the newest held notes, each with its reason. */
export function NeedsYou({ stats, notes }: { stats: Stats; notes: HeldNotes }) {
  const alerts = alertsOf(stats);
  const { held } = stats.waiting;
  const nothing = alerts.length === 0 && held === 0;
  return (
    <Card
      title="Precisam de você"
      class="panel-first"
      beside={
        held > TOP && (
          <a class="small" href="/notas?ver=pendencias">
            Ver todas
          </a>
        )
      }
    >
      {nothing && (
        <p class="panel-fine">
          <Icon name="check" /> Nada espera por você.
        </p>
      )}
      <ErrorBar fault={notes.fault} again={notes.again} />
      <ul class="panel-list">
        {alerts.map(({ text, href }) => (
          <li key={text} class="hold">
            <Icon name="triangle-alert" /> {href === null ? text : <a href={href}>{text}</a>}
          </li>
        ))}
        {(notes.value?.data ?? []).map((note) => (
          <li key={note.access_key}>
            <a class="panel-name" href={`/notas?ver=pendencias&nota=${note.access_key}`}>
              {name(note.supplier_name)}
            </a>
            <span class="small quiet">
              nº {note.number} · {day(note.issued_at)} · {money(note.total_value)}
            </span>
            {note.holds[0] !== undefined && (
              <p class="small panel-why">{masked(note.holds[0].message)}</p>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface Alert {
  readonly text: string;
  readonly href: string | null;
}

/** The alerts that the figures above do not show. */
function alertsOf({ alerts }: Stats): Alert[] {
  const admin = may("administer") ? "/admin" : null;
  const all: readonly (Alert & { many: number })[] = [
    {
      many: alerts.held_long,
      text: count(
        alerts.held_long,
        "nota com pendência há muitos dias",
        "notas com pendência há muitos dias",
      ),
      href: "/notas?ver=pendencias",
    },
    {
      many: alerts.mailboxes_failing,
      text: "A caixa de e-mail não pode ser lida há mais de uma hora",
      href: admin,
    },
    {
      many: alerts.webhooks_disabled,
      text: count(alerts.webhooks_disabled, "webhook desligado", "webhooks desligados"),
      href: admin,
    },
    {
      many: alerts.certificates_ending,
      text: count(
        alerts.certificates_ending,
        "certificado A1 perto do fim, ou que já terminou",
        "certificados A1 perto do fim, ou que já terminaram",
      ),
      href: admin === null ? null : `${admin}?ver=certificado`,
    },
    {
      many: alerts.sefaz_failing,
      text: `A busca de notas na SEFAZ falha em ${count(alerts.sefaz_failing, "CNPJ", "CNPJs")}`,
      href: admin === null ? "/notas?ver=anunciadas" : `${admin}?ver=sefaz`,
    },
  ];
  return all.filter(({ many }) => many > 0);
}

/** The newest entries that cost more than the average; nothing where none rose. */
export function CostRises({ stats: { cost_rises: all } }: { stats: Stats }) {
  // One line a product: its newest.
  const rises = all.filter(
    ({ product_code: code }, at) => all.findIndex((one) => one.product_code === code) === at,
  );
  if (rises.length === 0) return null;
  return (
    <Card title="Custos que subiram">
      <ul class="panel-list">
        {rises.map((one) => (
          <li key={one.movement_id} class="panel-rise">
            <a class="panel-name" href={`/estoque?produto=${encodeURIComponent(one.product_code)}`}>
              {name(one.product_name)}
            </a>
            <b class="bad figure">+{percent(one.percent)}</b>
            <span class="small quiet">
              {dayMonth(one.at)}: de {unitCost(one.average_cost)} (médio) para{" "}
              {unitCost(one.entry_cost)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
