import { useId } from "preact/hooks";

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
        aria-describedby={`${id}-hint ${id}-problem`}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class="field-hint">
        {props.hint}
      </p>
      <p id={`${id}-problem`} class="field-problem">
        {problem}
      </p>
    </div>
  );
}
