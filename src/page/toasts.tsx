import { useState } from "preact/hooks";
import { dismiss, pastErrors, shown } from "./base/notices.ts";
import { moment } from "./base/say.ts";
import { Button } from "./parts/button.tsx";
import { Dialog } from "./parts/dialog.tsx";
import { Icon } from "./parts/icon.tsx";
import { RequestId } from "./parts/states.tsx";

/** Sentences of the last seconds, read aloud as they come. */
export const Toasts = () => (
  <div class="toasts" role="status" aria-live="polite">
    {shown.value.map(({ id, tone, text, undo }) => (
      <div key={id} class={`toast ${tone}`}>
        <Icon name={tone === "bad" ? "triangle-alert" : tone === "good" ? "check" : "info"} />
        <p>{text}</p>
        {undo !== undefined && (
          <Button
            small
            onClick={() => {
              dismiss(id);
              undo();
            }}
          >
            Desfazer
          </Button>
        )}
        <Button icon="x" kind="plain" bare small onClick={() => dismiss(id)}>
          Fechar aviso
        </Button>
      </div>
    ))}
  </div>
);

/** The errors of this tab, kept where the person finds them again. There is no button before the first. */
export function PastErrors() {
  const [open, setOpen] = useState(false);
  const many = pastErrors.value.length;
  if (many === 0) return null;
  return (
    <>
      <Button icon="notices" kind="plain" bare class="has-errors" onClick={() => setOpen(true)}>
        {`Avisos de erro: ${many}`}
      </Button>
      {open && (
        <Dialog title="Avisos de erro" onClose={() => setOpen(false)}>
          <ul class="past-errors">
            {pastErrors.value.map(({ id, text, at, requestId }) => (
              <li key={id}>
                <p>{text}</p>
                <small>{moment(at)}</small>
                {requestId !== null && <RequestId id={requestId} />}
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}
