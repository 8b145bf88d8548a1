import { useId, useState } from "preact/hooks";
import { useAddress } from "../base/address.ts";
import { useOld } from "../base/live.ts";
import { Unreachable } from "../base/problem.ts";
import { count, whole } from "../base/say.ts";
import { forgetJob } from "../base/sent-jobs.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Icon } from "../parts/icon.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { approveReady } from "./approve.ts";
import { resume } from "./halt.ts";
import { replay, watch } from "./jobs.ts";
import { LineRow } from "./line-row.tsx";
import { dropDocuments } from "./send-documents.ts";
import { dropZips } from "./send-zips.ts";
import { saveSheet } from "./sheet.ts";
import {
  approving,
  emptyTray,
  halted,
  inOrder,
  isBusy,
  isThere,
  lines,
  progress,
  readyKeys,
  stillHere,
  unfolded,
  zips,
} from "./state.ts";
import "./take.ts";
import { summaryOf } from "./words.ts";

const MOST_SHOWN = 100;

/** What was sent: how far it is, then what became of each document. Nothing is there before the first file. */
export default function Tray() {
  useOld(["job."], watch);
  const { path } = useAddress();
  const id = useId();
  if (!isThere.value) return null;
  const atNotes = path === "/notas";
  const shown = unfolded.value && atNotes && lines.value.length > 0;
  return (
    <section class="tray" aria-labelledby={id}>
      <Head id={id} shown={shown} atNotes={atNotes} />
      <Bar />
      <Halted />
      <Parked />
      {shown && <Lines />}
    </section>
  );
}

function Head({ id, shown, atNotes }: { id: string; shown: boolean; atNotes: boolean }) {
  const busy = isBusy.value;
  const { done, total } = progress.value;
  const many = lines.value.length;
  const part = `${whole(done)} de ${whole(total)}`;
  const title = !busy
    ? count(many, "arquivo conferido", "arquivos conferidos")
    : halted.value === null
      ? `Conferindo ${part}…`
      : `${part} conferidos`;
  const summary = summaryOf(lines.value);
  return (
    <header class="tray-head">
      <div class="tray-said">
        <h2 id={id}>{title}</h2>
        <p class="quiet small">
          {[travelling(), summary].filter((part) => part !== "").join(" · ")}
        </p>
        <p class="hidden" role="status">
          {busy ? "Conferindo os arquivos enviados." : `${title}: ${summary}`}
        </p>
      </div>
      {!busy && <Approve kind={atNotes ? "line" : "main"} />}
      {busy && stillHere.value > 0 && (
        <Button
          small
          kind="plain"
          onClick={() => {
            dropDocuments();
            dropZips();
            halted.value = null;
          }}
        >
          Parar o envio
        </Button>
      )}
      {!busy && atNotes && many > 0 && (
        <Button small kind="plain" icon="download" bare onClick={() => saveSheet(inOrder.value)}>
          Baixar o resultado (CSV)
        </Button>
      )}
      {!atNotes && (
        <a class="button small plain" href="/notas">
          Ver em Notas
        </a>
      )}
      {atNotes && many > 0 && (
        <Button
          small
          kind="plain"
          expanded={shown}
          onClick={() => {
            unfolded.value = !shown;
          }}
        >
          {shown ? "Recolher" : "Mostrar"}
        </Button>
      )}
      {!busy && (
        <Button small kind="plain" icon="x" bare class="tray-close" onClick={close}>
          Fechar
        </Button>
      )}
    </header>
  );
}

function close(): void {
  for (const { job } of zips.value) if (job !== null) forgetJob(job);
  emptyTray();
}

/** What is still on its way from this browser. */
function travelling(): string {
  const zip = zips.value.find(({ state }) => state === "sending");
  if (zip === undefined) return "";
  const part = zip.bytes === 0 ? 0 : Math.min(100, Math.floor((zip.sent / zip.bytes) * 100));
  return `enviando ${zip.name} (${part} %)`;
}

/** In Notas the filled button is that of the list. */
function Approve({ kind }: { kind: "main" | "line" }) {
  const many = readyKeys.value.length;
  const going = approving.value;
  if (!may("operate") || (many === 0 && going === null)) return null;
  return (
    <Button
      small
      kind={kind}
      class="tray-approve"
      busy={going !== null}
      onClick={() => void approveReady()}
    >
      {going !== null
        ? `Aprovando ${going.done} de ${going.total}…`
        : many === 1
          ? "Aprovar a deste envio"
          : `Aprovar as ${whole(many)} deste envio`}
    </Button>
  );
}

function Bar() {
  const { done, total } = progress.value;
  const share = total > 0 ? done / total : 1;
  if (!isBusy.value) return <div class="tray-bar" />;
  return <progress class="tray-bar" aria-label="Arquivos conferidos" max={1} value={share} />;
}

/** Why nothing leaves, and what is kept meanwhile. */
function Halted() {
  const fault = halted.value;
  if (fault === null) return null;
  const many = stillHere.value;
  if (!(fault instanceof Unreachable)) return <ErrorBar fault={fault} again={resume} />;
  return (
    <div class="tray-halted" role="status">
      <Icon name="wifi-off" />
      <p>
        {count(many, "arquivo espera", "arquivos esperam")} aqui e {many === 1 ? "segue" : "seguem"}{" "}
        quando a internet voltar. Não feche esta aba.
      </p>
      <Button small onClick={resume}>
        Tentar agora
      </Button>
    </div>
  );
}

/** ZIPs with documents that the service has given up. */
function Parked() {
  const [asked, setAsked] = useState<string | null>(null);
  const parked = zips.value.filter((zip) => zip.state === "done" && zip.parked > 0);
  if (parked.length === 0) return null;
  return (
    <>
      {parked.map((zip) => (
        <div key={zip.id} class="tray-halted" role="status">
          <Icon name="history" />
          <p>
            {count(zip.parked, "documento parou", "documentos pararam")} em {zip.name}.
            {!may("manage") && " Peça a um gerente que tente de novo."}
          </p>
          {may("manage") && (
            <Button
              small
              busy={asked === zip.id}
              onClick={() => {
                setAsked(zip.id);
                void replay(zip).finally(() => setAsked(null));
              }}
            >
              Tentar de novo
            </Button>
          )}
        </div>
      ))}
    </>
  );
}

function Lines() {
  const [most, setMost] = useState(MOST_SHOWN);
  const all = inOrder.value;
  const left = zips.value.reduce((sum, zip) => sum + zip.left, 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="tray-lines" tabIndex={0} aria-label="Resultado de cada arquivo">
      <ul>
        {all.slice(0, most).map((line) => (
          <LineRow key={line.id} line={line} />
        ))}
      </ul>
      {all.length > most && (
        <Button small onClick={() => setMost(most + 200)}>
          {`Mostrar mais (${whole(all.length - most)})`}
        </Button>
      )}
      {left > 0 && (
        <p class="quiet small">
          {count(left, "linha", "linhas")} destes ZIPs não estão aqui, mas na lista de notas.
        </p>
      )}
    </section>
  );
}
