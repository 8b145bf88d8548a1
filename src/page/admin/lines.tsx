import { useId } from "preact/hooks";
import { Problem } from "../parts/field.tsx";

/** A labelled field of several lines. */
export function Lines(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint: string;
  problem?: string | undefined;
}) {
  const id = useId();
  const { problem } = props;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <textarea
        id={id}
        rows={3}
        value={props.value}
        maxLength={10_000}
        spellcheck={false}
        aria-invalid={problem === undefined ? undefined : "true"}
        aria-describedby={problem === undefined ? `${id}-hint` : `${id}-hint ${id}-problem`}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class="field-hint">
        {props.hint}
      </p>
      <Problem id={`${id}-problem`} text={problem} />
    </div>
  );
}
