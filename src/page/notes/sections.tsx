import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { accessKey, masked, moment, money, quantity } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Heads } from "../parts/heads.tsx";
import { later } from "../parts/later.tsx";
import { Copy, ErrorBar, Skeleton } from "../parts/states.tsx";
import type { NoteCost, NoteDetail, NoteEvent } from "./answers.ts";
import { post } from "./approve.ts";
import { partName, standing, taxName } from "./words.ts";

/** A part that is opened when wanted; what it shows is only made then. */
function Section(props: { title: string; open?: boolean; children: () => ComponentChildren }) {
  const [open, setOpen] = useState(props.open === true);
  return (
    <details
      class="note-section"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{props.title}</summary>
      {open && <div class="note-section-inside">{props.children()}</div>}
    </details>
  );
}

/** A consumer's note (65) knows no statement. */
const NFE = "55";
const Statements = later(() => import("./statements.tsx").then((part) => part.Statements));

/** What stands behind a note: its rules, its cost, its taxes, its events, the notes around it, and its key. */
export function Sections({ note, again }: { note: NoteDetail; again: () => void }) {
  return (
    <>
      <Section title="Por que esta decisão">{() => <Rules note={note} />}</Section>
      <Section title="Custo e impostos, centavo a centavo">
        {() => <Cost key={note.status} accessKey={note.access_key} />}
      </Section>
      {note.events.length > 0 && (
        <Section title={`Eventos (${note.events.length})`} open>
          {() => (
            <ul class="note-list">
              {note.events.map((event) => (
                <EventLine key={event.id} event={event} note={note} again={again} />
              ))}
            </ul>
          )}
        </Section>
      )}
      {note.model === NFE && note.direction !== "exit" && (
        <Section title="Manifestação do destinatário">
          {() => <Statements accessKey={note.access_key} issuedAt={note.issued_at} />}
        </Section>
      )}
      {note.references.length + note.referenced_by.length > 0 && (
        <Section title="Notas ligadas a esta">{() => <Around note={note} />}</Section>
      )}
      {note.late_costs.length > 0 && (
        <Section title="Custos que vieram depois">
          {() => (
            <ul class="note-list">
              {note.late_costs.map((cost) => (
                <li key={cost.id}>
                  <b>{money(cost.amount)}</b> · {cost.reason ?? "nota complementar"}
                  {cost.reversed && " (estornado)"}
                  <span class="row-more">{moment(cost.created_at)}</span>
                </li>
              ))}
            </ul>
          )}
        </Section>
      )}
      <Section title="Chave de acesso e datas">{() => <Key note={note} />}</Section>
    </>
  );
}

function Rules({ note: { rules, findings } }: { note: NoteDetail }) {
  return (
    <>
      <ul class="note-list">
        {rules.map(({ rule, message, items }) => (
          <li key={rule}>
            {masked(message)}
            {items !== undefined && items.length > 0 && (
              <span class="row-more">
                {items.length === 1 ? "Item" : "Itens"} {items.slice(0, 30).join(", ")}
                {items.length > 30 && " …"}
              </span>
            )}
          </li>
        ))}
        {rules.length === 0 && <li>Nenhuma regra foi aplicada.</li>}
      </ul>
      {findings.length > 0 && (
        <>
          <h4>Avisos da conferência</h4>
          <ul class="note-list">
            {findings.map(({ code, path, message }, i) => (
              <li key={`${code} ${path} ${i}`}>{masked(message)}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** From the products' value to the cost in stock, and each tax as the note states it. */
function Cost({ accessKey: key }: { accessKey: string }) {
  const { value, fault, again } = useRead<NoteCost>(`/api/nfes/${key}/cost`);
  if (value === null)
    return fault === null ? <Skeleton lines={3} /> : <ErrorBar fault={fault} again={again} />;
  const { cost, taxes, reconciliation } = value;
  const reasons = [...new Set(value.items.flatMap((item) => item.taxes.map((tax) => tax.message)))];
  return (
    <>
      <table class="table note-sums">
        <caption class="hidden">Do valor dos produtos ao custo no estoque</caption>
        <tbody>
          {cost.parts.map(({ code, amount }) => (
            <tr key={code}>
              <th scope="row">{partName(code)}</th>
              <td class="figure">{money(amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Custo no estoque</th>
            <td class="figure">
              <b>{money(cost.landed_cost)}</b>
            </td>
          </tr>
        </tfoot>
      </table>
      <p class="small quiet">
        Valor da nota (vNF): {money(reconciliation.note_value)}
        {reconciliation.difference === 0
          ? ". As partes somam exatamente este valor."
          : `. Diferença para a soma das partes: ${money(reconciliation.difference)}.`}
      </p>
      {taxes.length > 0 && (
        <table class="table note-sums">
          <Heads texts={["Imposto"]} figures={["Na nota", "A recuperar"]} />
          <tbody>
            {taxes.map(({ tax, stated, recovered }) => (
              <tr key={tax}>
                <th scope="row">{taxName(tax)}</th>
                <td class="figure">{money(stated)}</td>
                <td class="figure">{money(recovered)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {reasons.map((reason) => (
        <p key={reason} class="small quiet">
          {reason}
        </p>
      ))}
      <p class="small">
        <a href={`/api/nfes/${key}/danfe.pdf`} target="_blank" rel="noreferrer">
          Bases e alíquotas de cada item: DANFE (PDF)
        </a>
      </p>
    </>
  );
}

const EVENT_EFFECTS: Readonly<Record<NoteEvent["effect"], string>> = {
  cancelled: "cancelou a nota",
  attached: "anexado, não muda nada",
  held: "pede conferência",
  waiting: "guardado",
  none: "sem efeito",
  withdrawn: "retirado por uma pessoa da empresa",
};

/** An event that changed something may be withdrawn by a manager: it may be false. */
function EventLine(props: { event: NoteEvent; note: NoteDetail; again: () => void }) {
  const { event, note } = props;
  const [asked, setAsked] = useState(false);
  const counts = event.effect === "cancelled" || event.effect === "held";
  return (
    <li>
      <b>{event.name}</b>: {EVENT_EFFECTS[event.effect]}
      <span class="row-more">
        {moment(event.at ?? event.received_at)}
        {event.withdrawn !== null && ` · motivo: ${event.withdrawn.reason}`}
      </span>
      {event.text !== null && event.text !== "" && <p class="small">{event.text}</p>}
      {event.quantities.map(({ n_item, quantity: many, unit }) => (
        <span key={n_item} class="row-more">
          Item {n_item}: {quantity(Number(many))} {unit}
        </span>
      ))}
      {counts && may("manage") && (
        <Button small onClick={() => setAsked(true)}>
          Retirar o evento
        </Button>
      )}
      {asked && (
        <Confirm
          title="Retirar este evento?"
          action="Retirar o evento"
          danger
          reason="Motivo"
          onClose={() => setAsked(false)}
          act={async (reason) => {
            await post(`/api/nfes/${note.access_key}/events/${event.id}/withdraw`, { reason });
            notify("Evento retirado. A nota foi conferida de novo.");
            props.again();
          }}
        >
          <p>
            Só retire um evento que não vale. A nota é conferida de novo sem ele; o que já foi
            estornado por ele continua estornado.
          </p>
        </Confirm>
      )}
    </li>
  );
}

function Around({ note: { references, referenced_by } }: { note: NoteDetail }) {
  const line = (key: string, what: string, status: NoteDetail["status"] | null) => (
    <li key={`${what} ${key}`}>
      {what}{" "}
      {status === null ? (
        <span class="code">{accessKey(key)}</span>
      ) : (
        <a class="code" href={`/notas?ver=todas&nota=${key}`}>
          {accessKey(key)}
        </a>
      )}{" "}
      {status === null ? (
        <Badge tone="plain" icon="info" text="Ainda não chegou" />
      ) : (
        <Badge {...standing({ status, holds: [] })} />
      )}
    </li>
  );
  return (
    <ul class="note-list">
      {references.map((one) => line(one.access_key, "Refere-se a", one.status))}
      {referenced_by.map((one) => line(one.access_key, "É referida por", one.status))}
    </ul>
  );
}

function Key({ note }: { note: NoteDetail }) {
  return (
    <>
      <p class="note-key">
        <span class="code">{accessKey(note.access_key)}</span>
        <Copy text={note.access_key} what="a chave de acesso" />
      </p>
      <p class="small quiet">
        Recebida em {moment(note.received_at)}
        {note.approved_at !== null && ` · no estoque desde ${moment(note.approved_at)}`}
      </p>
    </>
  );
}
