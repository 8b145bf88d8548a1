import { useRef, useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { count } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Menu } from "../parts/menu.tsx";
import { ErrorBar } from "../parts/states.tsx";

/** The answer of POST /api/supplier-items/import. */
interface Outcome {
  readonly lines: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** The whole mapping as a CSV, and back. */
export function FileMenu({ writes }: { writes: boolean }) {
  const [importing, setImporting] = useState(false);
  const download = {
    text: "Baixar o de-para (CSV)",
    icon: "download",
    href: "/api/export/supplier-items",
    download: true,
  } as const;
  const upload = {
    text: "Importar um CSV",
    icon: "upload",
    onClick: () => setImporting(true),
  } as const;
  return (
    <>
      <Menu
        label={writes ? "Baixar ou importar" : "Baixar"}
        kind="line"
        items={writes ? [download, upload] : [download]}
      />
      {importing && <Import onClose={() => setImporting(false)} />}
    </>
  );
}

/** Reads a CSV: first what it would change, then, when the person agrees, all of it or nothing. */
function Import({ onClose }: { onClose: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const act = useAct();
  const send = async (csv: File, dryRun: boolean) => {
    try {
      const path = `/api/supplier-items/import${dryRun ? "?dry_run=true" : ""}`;
      const headers = { "content-type": "text/csv" };
      const read = await ask<Outcome>(path, { method: "POST", body: csv, headers, key: newKey() });
      setOutcome(read);
      if (dryRun) return;
      notify(
        `De-para importado: ${count(read.created, "novo", "novos")}, ${count(read.changed, "mudado", "mudados")}.`,
      );
      onClose();
    } catch (why) {
      setOutcome(null);
      throw why;
    }
  };
  const changes = outcome === null ? 0 : outcome.created + outcome.changed;
  return (
    <Dialog title="Importar o de-para" onClose={onClose}>
      <p class="mapping-import-text">
        Use o CSV baixado aqui, com as mesmas colunas. Se houver um erro, nada é gravado.
      </p>
      <input
        ref={input}
        class="hidden"
        type="file"
        accept=".csv,text/csv"
        aria-label="Arquivo CSV"
        tabIndex={-1}
        onChange={(event) => {
          const [one] = event.currentTarget.files ?? [];
          event.currentTarget.value = "";
          if (one === undefined || act.busy) return;
          setFile(one);
          act.run(() => send(one, true));
        }}
      />
      <p class="mapping-import">
        <Button
          icon="folder"
          busy={act.busy && outcome === null}
          onClick={() => input.current?.click()}
        >
          {file === null ? "Escolher o arquivo" : "Trocar o arquivo"}
        </Button>
        {file !== null && <span>{file.name}</span>}
      </p>
      <div role="status">
        {outcome !== null && (
          <p class="mapping-import-text">
            {`${count(outcome.lines, "linha", "linhas")}: ${count(outcome.created, "nova", "novas")}, ${count(outcome.changed, "muda", "mudam")}, ${outcome.unchanged} sem mudança.`}
          </p>
        )}
      </div>
      <ErrorBar fault={act.fault} />
      <LineErrors fault={act.fault} />
      <footer class="dialog-foot">
        <Button onClick={onClose}>Voltar</Button>
        {outcome !== null && (
          <Button
            kind="main"
            busy={act.busy}
            disabled={changes === 0}
            onClick={() => file !== null && act.run(() => send(file, false))}
          >
            Importar
          </Button>
        )}
      </footer>
    </Dialog>
  );
}

const SHOWN_ERRORS = 20;

/** What is wrong in which line of the file. */
function LineErrors({ fault }: { fault: unknown }) {
  const errors = fault instanceof Refused ? fault.evidence.errors : null;
  // The sentence of the refusal names one already.
  if (!Array.isArray(errors) || errors.length < 2) return null;
  return (
    <ul class="mapping-errors small">
      {errors.slice(0, SHOWN_ERRORS).map((one: unknown, i) => (
        <li key={i}>{textOfError(one)}</li>
      ))}
      {errors.length > SHOWN_ERRORS && <li>{`E mais ${errors.length - SHOWN_ERRORS}.`}</li>}
    </ul>
  );
}

function textOfError(one: unknown): string {
  if (typeof one !== "object" || one === null) return "";
  const { path, line, message } = Object.fromEntries(Object.entries(one));
  const at = line ?? (typeof path === "string" ? /\d+/.exec(path)?.[0] : undefined);
  return at === undefined ? String(message) : `Linha ${at}: ${message}`;
}
