import { useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { useOld } from "../base/live.ts";
import { notify } from "../base/notices.ts";
import { type Read, useRead } from "../base/read.ts";
import { count, day, moment } from "../base/say.ts";
import { may } from "../base/session.ts";
import { answerText, FETCHING, type FetchingList } from "../base/tax-office.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Field, Select } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import type { Statement } from "./answers.ts";
import { post } from "./approve.ts";
import {
  AWARE,
  AWARE_DAYS,
  CONCLUSIVE_DAYS,
  daysAfter,
  daysUntil,
  offeredAfter,
  STATES,
  wordsOf,
} from "./statement-words.ts";

/** What the company has stated about a note, until when it may, and one more statement. */
export function Statements(props: {
  accessKey: string;
  issuedAt: string;
  /** Something was asked for. */
  done?: () => void;
}) {
  const { accessKey, issuedAt } = props;
  const made = useRead<{ data: readonly Statement[] }>(
    `/api/statements?access_key=${accessKey}&limit=20&cursor=start`,
  );
  const fetching = useRead<FetchingList>(FETCHING);
  useOld(["nfe.statement"], made.again);
  const [asking, setAsking] = useState(false);
  const rows = made.value?.data ?? [];
  const offered = may("operate") ? offeredAfter(rows, may("manage")) : [];
  const isReady = fetching.value?.data.some((one) => one.active || one.certificate) === true;
  return (
    <>
      <ErrorBar fault={made.fault} again={made.again} />
      {made.value === null && made.fault === null && <Skeleton lines={1} />}
      {made.value !== null && rows.length === 0 && (
        <p class="small">A empresa ainda não se manifestou sobre esta nota.</p>
      )}
      <Made rows={rows} />
      <p class="small quiet note-stated-terms">
        {rows.length === 0 && `${term("Ciência:", issuedAt, AWARE_DAYS)}. `}
        {term("Confirmar ou recusar:", issuedAt, CONCLUSIVE_DAYS)}. Os prazos contam da autorização.
      </p>
      {made.value !== null && offered.length > 0 && isReady && (
        <Button icon="upload" small onClick={() => setAsking(true)}>
          Manifestar-se
        </Button>
      )}
      <HowToBegin fetching={fetching} />
      {asking && (
        <StateNote
          accessKey={accessKey}
          issuedAt={issuedAt}
          offered={offered}
          onClose={() => setAsking(false)}
          done={() => {
            made.again();
            props.done?.();
          }}
        />
      )}
    </>
  );
}

/** "Ciência: até 30/11/2026 (faltam 3 dias)". */
function term(what: string, issuedAt: string, days: number): string {
  const until = daysAfter(issuedAt, days);
  const left = daysUntil(until);
  const said = left <= 0 ? "o prazo passou" : left === 1 ? "falta 1 dia" : `faltam ${left} dias`;
  return `${what} até ${day(until)} (${said})`;
}

/** Nothing is sent without a certificate: what is missing, and who gives it. */
export function HowToBegin({ fetching }: { fetching: Read<FetchingList> }) {
  const { value, fault, again } = fetching;
  if (fault !== null) return <ErrorBar fault={fault} again={again} />;
  if (value === null || value.data.some((one) => one.active || one.certificate)) return null;
  return (
    <p class="note-say small">
      Para se manifestar, a empresa precisa da busca na SEFAZ ligada, com o certificado A1.{" "}
      {may("administer") ? (
        <a href="/admin?ver=sefaz">Ligar em Administração, SEFAZ</a>
      ) : (
        "Um administrador liga isso em Administração, SEFAZ."
      )}
    </p>
  );
}

/** The statements that were made, the newest first. */
function Made({ rows }: { rows: readonly Statement[] }) {
  if (rows.length === 0) return null;
  return (
    <ul class="note-list note-stated" aria-label="Manifestações feitas">
      {rows.map((one) => (
        <li key={one.id}>
          <b>{wordsOf(one.type).name}</b> <Badge {...STATES[one.state]} />
          <span class="row-more">
            Pedida em {moment(one.asked_at)}
            {one.by_rule && " pela regra da ciência"}
            {one.registered_at !== null && ` · registrada em ${moment(one.registered_at)}`}
            {one.protocol !== null && ` · protocolo ${one.protocol}`}
          </span>
          {one.reason !== null && <span class="row-more">Justificativa: {one.reason}</span>}
          {one.state !== "done" && one.code !== null && (
            <span class="row-more">
              {one.state === "refused" ? "A SEFAZ disse: " : "Última tentativa: "}
              {answerText(one.code, one.text)}
            </span>
          )}
          {one.state !== "refused" && one.state !== "done" && one.next_at !== null && (
            <span class="row-more">{nextText(one.next_at)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

const nextText = (at: string): string =>
  Date.parse(at) <= Date.now()
    ? "Será enviada em instantes, com o certificado da empresa."
    : `Próxima tentativa: ${moment(at)}`;

/** One more statement, with what it means and the reason that it needs. */
function StateNote(props: {
  accessKey: string;
  issuedAt: string;
  offered: readonly Statement["type"][];
  done: () => void;
  onClose: () => void;
}) {
  const { offered } = props;
  const [type, setType] = useState(offered[0] ?? AWARE);
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const act = useAct();
  const words = wordsOf(type);
  const typed = words.reason === "none" ? "" : reason.trim();
  const isShort = typed.length < LEAST && (words.reason === "needed" || typed !== "");
  const days = type === AWARE ? AWARE_DAYS : CONCLUSIVE_DAYS;
  const isLate = daysUntil(daysAfter(props.issuedAt, days)) <= 0;
  const state = async () => {
    await post(`/api/nfes/${props.accessKey}/statement`, {
      type,
      ...(typed === "" ? {} : { reason: typed }),
    });
    notify("Manifestação pedida. Será enviada em instantes, com o certificado da empresa.");
    props.done();
    props.onClose();
  };
  return (
    <Dialog title="Manifestação do destinatário" onClose={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (!isShort) act.run(state);
        }}
      >
        <Select
          label="O que a empresa declara"
          value={type}
          options={offered.map((value) => ({ value, text: wordsOf(value).name }))}
          onChange={setType}
        />
        <p class="note-stated-means small">{words.means}</p>
        {isLate && (
          <p class="note-say small">
            Os {count(days, "dia", "dias")} da autorização parecem ter passado: a SEFAZ deve
            recusar.
          </p>
        )}
        {words.reason !== "none" && (
          <Field
            label={words.reason === "needed" ? "Justificativa" : "Justificativa (opcional)"}
            value={reason}
            onInput={setReason}
            maxLength={255}
            hint="De 15 a 255 caracteres; vai para a SEFAZ e para o emitente"
            problem={asked && isShort ? `Escreva pelo menos ${LEAST} caracteres` : undefined}
          />
        )}
        <FormFoot
          fault={act.fault}
          action="Enviar à SEFAZ"
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

/** Letters of a reason. */
const LEAST = 15;
