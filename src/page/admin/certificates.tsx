import { useRef, useState } from "preact/hooks";
import type { z } from "zod";
import type { CertificateSchema } from "../../http/routes/sefaz/certificates.ts";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { useOld } from "../base/live.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { Field, Problem } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";

type Certificate = z.infer<typeof CertificateSchema>;
interface Answer {
  readonly supported: boolean;
  readonly data: readonly Certificate[];
}

/** Certificado: the A1 certificates by which the tax office knows the company. */
export default function Certificates() {
  const read = useRead<Answer>("/api/certificates");
  useOld(["certificate."], read.again);
  const [adding, setAdding] = useState(false);
  const [removed, setRemoved] = useState<Certificate | null>(null);
  const rows = read.value?.data ?? [];
  const supported = read.value?.supported === true;
  return (
    <>
      <Card
        title="Certificado A1"
        beside={
          supported && (
            <Button icon="plus" kind="main" onClick={() => setAdding(true)}>
              Incluir certificado
            </Button>
          )
        }
      >
        <p class="quiet admin-intro">
          Com ele as notas emitidas contra a empresa são buscadas na SEFAZ. O arquivo e a senha
          ficam lacrados: ninguém os vê nem os recebe de volta.
        </p>
        {read.value !== null && !supported && (
          <p class="admin-others">
            Este servidor não usa certificados: guarde-o no agente (sge sefaz run), em uma máquina
            da empresa.
          </p>
        )}
        <ErrorBar fault={read.fault} again={read.again} />
        {read.value === null && read.fault === null && <Skeleton lines={2} />}
        {supported && rows.length === 0 && (
          <Empty icon="key-round" title="Nenhum certificado.">
            Tenha à mão o arquivo .pfx ou .p12 do e-CNPJ A1 e a senha dele.
          </Empty>
        )}
        <ul class="admin-list">
          {rows.map((one) => (
            <li key={one.id}>
              <div class="admin-main">
                <b>{say.name(one.holder)}</b>
                <span class="quiet small">
                  CNPJ {say.taxpayer(one.cnpj)} · válido até {say.day(one.ends_at)}
                  {one.file !== null && ` · arquivo ${one.file} do servidor`}
                </span>
              </div>
              <State of={one} />
              <Button small icon="trash-2" onClick={() => setRemoved(one)}>
                Remover
              </Button>
            </li>
          ))}
        </ul>
      </Card>
      {adding && (
        <NewCertificate
          onClose={() => setAdding(false)}
          onDone={(made) => {
            read.again();
            setAdding(false);
            notify(`Certificado salvo. Válido até ${say.day(made.ends_at)}.`);
          }}
        />
      )}
      {removed !== null && (
        <Confirm
          title={`Remover o certificado de ${say.name(removed.holder)}?`}
          action="Remover"
          danger
          act={async () => {
            await ask(`/api/certificates/${removed.id}`, { method: "DELETE" });
            read.again();
            notify("Certificado removido.");
          }}
          onClose={() => setRemoved(null)}
        >
          <p>Sem outro do mesmo CNPJ, as notas deixam de ser buscadas na SEFAZ.</p>
        </Confirm>
      )}
    </>
  );
}

function State({ of: { state } }: { of: Certificate }) {
  if (state === "ended") return <Badge tone="bad" icon="ban" text="Terminou" />;
  return state === "ending" ? (
    <Badge tone="hold" icon="triangle-alert" text="Perto do fim" />
  ) : (
    <Badge tone="good" icon="check" text="Válido" />
  );
}

/** Bytes of a PFX that the API takes. */
const MOST_BYTES = 32_768;

async function base64Of(file: File): Promise<string> {
  let text = "";
  for (const byte of new Uint8Array(await file.arrayBuffer())) text += String.fromCharCode(byte);
  return btoa(text);
}

function NewCertificate(props: { onClose: () => void; onDone: (made: Certificate) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const [key, setKey] = useState(newKey);
  const act = useAct();
  const isLarge = file !== null && file.size > MOST_BYTES;
  return (
    <Dialog title="Incluir certificado" onClose={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (file === null || isLarge) return;
          act.run(async () => {
            const json = { pfx: await base64Of(file), passphrase };
            // Another try is another request: the password may be another.
            setKey(newKey());
            props.onDone(
              await ask<Certificate>("/api/certificates", { method: "POST", json, key }),
            );
          });
        }}
      >
        <div class="field">
          <span class="admin-file-name">
            {file === null ? "Arquivo do certificado" : file.name}
          </span>
          <div>
            <Button icon="folder" onClick={() => chooser.current?.click()}>
              {file === null ? "Escolher o arquivo" : "Trocar o arquivo"}
            </Button>
          </div>
          <input
            ref={chooser}
            type="file"
            accept=".pfx,.p12,application/x-pkcs12"
            hidden
            aria-label="Arquivo do certificado"
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
          />
          <p class="field-hint">O arquivo .pfx ou .p12 do e-CNPJ A1.</p>
          {isLarge && (
            <p class="field-problem">Este arquivo é grande demais para um certificado A1.</p>
          )}
          <Problem text={act.problem("pfx")} />
        </div>
        <Field
          label="Senha do certificado"
          type="password"
          autocomplete="off"
          maxLength={200}
          value={passphrase}
          onInput={setPassphrase}
          problem={
            act.fault instanceof Refused && act.fault.code === "certificate.passphrase"
              ? act.fault.message
              : act.problem("passphrase")
          }
        />
        <FormFoot
          fault={act.fault}
          action="Salvar"
          busy={act.busy}
          disabled={file === null || isLarge}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}
