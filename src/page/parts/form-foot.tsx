import { Button } from "./button.tsx";
import { ErrorBar } from "./states.tsx";

/** The end of a form: why it was refused, the way back, and its one action. */
export function FormFoot(props: {
  fault: unknown;
  action: string;
  busy: boolean;
  disabled?: boolean;
  /** It takes away what cannot be put back. */
  danger?: boolean | undefined;
  /** Absent: a form of the view itself, which nothing closes. */
  onClose?: () => void;
}) {
  return (
    <footer class="dialog-foot">
      <ErrorBar fault={props.fault} />
      {props.onClose !== undefined && <Button onClick={props.onClose}>Voltar</Button>}
      <Button
        type="submit"
        kind={props.danger === true ? "danger" : "main"}
        busy={props.busy}
        disabled={props.disabled === true}
      >
        {props.action}
      </Button>
    </footer>
  );
}
