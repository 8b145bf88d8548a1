import type { ComponentChildren, Ref } from "preact";
import { useId } from "preact/hooks";
import { sentence } from "../base/say.ts";

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** The sentence under it, in red; it is read with the field. */
  readonly problem?: string | undefined;
  readonly hint?: ComponentChildren;
  readonly type?: keyof typeof TYPE_OF;
  readonly name?: string;
  readonly autocomplete?: string;
  readonly maxLength?: number;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly inputMode?: "decimal" | "numeric" | "text";
  /** Stands before the figure: a currency. */
  readonly before?: string;
  /** Stands after the figure: a unit. */
  readonly unit?: string;
  /** Figures: aligned right, digits of one width. */
  readonly figure?: boolean;
  readonly beside?: ComponentChildren;
}

/** The types of fields, one by one: preact's own types tell them apart. */
const TYPE_OF = {
  text: { type: "text" },
  email: { type: "email" },
  password: { type: "password" },
  date: { type: "date" },
  url: { type: "url" },
} as const;

/** What is wrong with a field, under it, as a sentence; it is read aloud as it appears. */
export const Problem = ({ id, text }: { id?: string; text: string | undefined }) =>
  text === undefined ? null : (
    <p id={id} class="field-problem" role="alert">
      {sentence(text)}
    </p>
  );

/** A labelled field with what is wrong under it. */
export function Field(props: FieldProps) {
  const id = useId();
  const { problem, hint } = props;
  const described = [hint !== undefined && `${id}-hint`, problem !== undefined && `${id}-problem`]
    .filter(Boolean)
    .join(" ");
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <div class="field-box">
        {props.before !== undefined && <span class="field-before">{props.before}</span>}
        <input
          id={id}
          ref={props.inputRef}
          {...TYPE_OF[props.type ?? "text"]}
          name={props.name}
          class={props.figure === true ? "figure" : ""}
          value={props.value}
          autocomplete={props.autocomplete ?? "off"}
          maxLength={props.maxLength}
          required={props.required}
          readOnly={props.readOnly}
          inputMode={props.inputMode}
          aria-invalid={problem === undefined ? undefined : "true"}
          aria-describedby={described === "" ? undefined : described}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
        {props.unit !== undefined && <span class="field-unit">{props.unit}</span>}
        {props.beside}
      </div>
      {hint !== undefined && (
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      )}
      <Problem id={`${id}-problem`} text={problem} />
    </div>
  );
}

/** A field for a quantity or money, written as in Brazil (1.234,56). `figureOf` reads it. */
export const FigureField = (props: Omit<FieldProps, "figure" | "inputMode" | "type">) => (
  <Field {...props} figure inputMode="decimal" />
);

/** Whether the API takes it as a reason: it wants 3 letters of one that is written down. */
export const isReason = (text: string): boolean => text.trim().length >= 3;

/** A field for a reason. `asked`: the person wanted to go on, so a short one has its sentence. */
export const ReasonField = (props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  asked: boolean;
}) => (
  <Field
    label={props.label}
    value={props.value}
    onInput={props.onInput}
    maxLength={500}
    problem={
      props.asked && !isReason(props.value) ? "Escreva o motivo em pelo menos 3 letras" : undefined
    }
  />
);

/** The figure of a text as it is written in Brazil, as JSON wants it: `1.234,5` → `"1234.5"`; null when it is none. No arithmetic. */
export function figureOf(text: string): string | null {
  const bare = text.trim().replace(/^R\$\s*/, "");
  const grouped = /^-?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/.test(bare) ? bare.replaceAll(".", "") : bare;
  return /^-?\d+(?:[.,]\d+)?$/.test(grouped) ? grouped.replace(",", ".") : null;
}

/** What a person typed as the API wants it: a decimal (`2.5`) or a fraction (`1/12`); null when it is none. */
export function factorOf(text: string): string | null {
  const fraction = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text);
  return fraction === null ? figureOf(text) : `${fraction[1]}/${fraction[2]}`;
}

/** A choice of few: radio buttons that look like one bar. */
export function Segments<V extends string>(props: {
  label: string;
  value: V | "";
  options: readonly { value: V; text: string }[];
  onChange: (value: V) => void;
}) {
  const id = useId();
  return (
    <fieldset class="segments">
      <legend>{props.label}</legend>
      <div>
        {props.options.map(({ value, text }) => (
          <label key={value}>
            <input
              type="radio"
              name={id}
              value={value}
              checked={props.value === value}
              onChange={() => props.onChange(value)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A choice of several, by the browser's own list. */
export function Select<V extends string>(props: {
  label: string;
  value: V;
  options: readonly { value: V; text: string }[];
  onChange: (value: V) => void;
  problem?: string;
  /** The label is only read aloud. */
  bare?: boolean;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={props.bare === true ? "hidden" : ""}>
        {props.label}
      </label>
      <select
        id={id}
        value={props.value}
        aria-invalid={props.problem === undefined ? undefined : "true"}
        aria-describedby={props.problem === undefined ? undefined : `${id}-problem`}
        onChange={(event) => {
          const chosen = props.options.find(({ value }) => value === event.currentTarget.value);
          if (chosen !== undefined) props.onChange(chosen.value);
        }}
      >
        {props.options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <Problem id={`${id}-problem`} text={props.problem} />
    </div>
  );
}

/** A tick with its sentence. */
export function Check(props: {
  label: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** The label is only read aloud. */
  bare?: boolean;
  disabled?: boolean;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span class={props.bare === true ? "hidden" : ""}>{props.label}</span>
    </label>
  );
}
