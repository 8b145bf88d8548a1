import { useEffect, useRef, useState } from "preact/hooks";
import { notify } from "../base/notices.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";

/** A secret that the service shows once: it stays until the person says that it was kept. Escape does not close it. */
export function Once(props: { title: string; text: string; hint: string; onClose: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => field.current?.select(), []);
  const copy = () =>
    void navigator.clipboard.writeText(props.text).then(
      () => {
        setCopied(true);
        notify("Copiado.");
      },
      () => notify("O navegador não deixou copiar.", { tone: "bad" }),
    );
  return (
    <Dialog title={props.title}>
      <p class="admin-once-hint">{props.hint}</p>
      <div class="admin-once">
        <textarea
          ref={field}
          class="code"
          readOnly
          rows={3}
          value={props.text}
          aria-label={props.title}
        />
      </div>
      <p class="small hold">Copie agora: por segurança, o sistema não mostra isto outra vez.</p>
      <footer class="dialog-foot">
        <Button kind={copied ? "main" : "line"} onClick={props.onClose}>
          Já guardei
        </Button>
        <Button icon="copy" kind={copied ? "line" : "main"} onClick={copy}>
          Copiar
        </Button>
      </footer>
    </Dialog>
  );
}
