import { useEffect, useRef } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Copy } from "../parts/states.tsx";

/** A secret that the service shows once: it stays until the person says that it was kept. Escape does not close it. */
export function Once(props: {
  title: string;
  /** What it is, with its article: "a chave". */
  what: string;
  text: string;
  hint: string;
  onClose: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  return (
    <Dialog title={props.title}>
      <p class="admin-once-hint">{props.hint}</p>
      <div class="admin-once">
        <input ref={field} class="code" readOnly value={props.text} aria-label={props.title} />
        <Copy text={props.text} what={props.what} />
      </div>
      <p class="small hold">Copie agora: por segurança, o sistema não mostra isto outra vez.</p>
      <footer class="dialog-foot">
        <Button kind="main" onClick={props.onClose}>
          Já guardei
        </Button>
      </footer>
    </Dialog>
  );
}
