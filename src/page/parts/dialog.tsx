import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { Button } from "./button.tsx";
import { isReason, ReasonField } from "./field.tsx";
import { FormFoot } from "./form-foot.tsx";

/** A native modal dialog: it keeps the focus inside, Escape closes it, and the focus returns to where it was. */
export function Dialog(props: {
  title: string;
  children: ComponentChildren;
  /** Absent: it cannot be closed by Escape. */
  onClose?: () => void;
  wide?: boolean;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  // Before the effects of its content, which may move the focus.
  useLayoutEffect(() => {
    const [before, box] = [document.activeElement, dialog.current];
    box?.showModal();
    return () => {
      // What is behind an open dialog cannot take the focus.
      box?.close();
      if (before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={props.wide === true ? "wide" : ""}
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose?.();
      }}
    >
      <header class="dialog-head">
        <h2 id={title}>{props.title}</h2>
        {props.onClose !== undefined && (
          <Button icon="x" kind="plain" bare small onClick={props.onClose}>
            Fechar
          </Button>
        )}
      </header>
      {props.children}
    </dialog>
  );
}

/** A question with one action, which may want a reason. A refusal is shown in it, and what was typed stays. */
export function Confirm(props: {
  title: string;
  children?: ComponentChildren;
  action: string;
  danger?: boolean;
  /** The label of a reason, 3 to 500 characters. */
  reason?: string;
  act: (reason: string) => Promise<void>;
  onClose: () => void;
}) {
  const [reason, setReason] = useState("");
  const act = useAct();
  const wanted = props.reason !== undefined;
  const short = wanted && !isReason(reason);
  const [asked, setAsked] = useState(false);
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (!short) act.run(() => props.act(reason.trim()).then(props.onClose));
        }}
      >
        {props.children}
        {wanted && (
          <ReasonField
            label={props.reason ?? ""}
            value={reason}
            onInput={setReason}
            asked={asked}
          />
        )}
        <FormFoot
          fault={act.fault}
          action={props.action}
          busy={act.busy}
          danger={props.danger}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}
