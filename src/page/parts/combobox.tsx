import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { notifyFault } from "../base/notices.ts";
import { wasAborted } from "../base/problem.ts";
import { Problem } from "./field.tsx";

/** One that can be chosen. */
export interface Option<T> {
  readonly id: string;
  readonly text: string;
  readonly more?: ComponentChildren;
  readonly value: T;
}

const TYPING_MS = 140;

/**
 * A field that finds while it is typed into: the combobox of ARIA 1.2 with a list below it. The focus stays in the field; arrows
 * choose, Enter takes, Escape closes, and a second one empties. `find` gets what was typed and a signal that a newer text aborts.
 */
export function Combobox<T>(props: {
  label: string;
  find: (text: string, signal: AbortSignal) => Promise<readonly Option<T>[]>;
  onChoose: (option: Option<T>) => void;
  value?: string;
  problem?: string;
  placeholder?: string;
  /** Says what to do when nothing was found. */
  none?: ComponentChildren;
}) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState<readonly Option<T>[]>([]);
  const [searched, setSearched] = useState<string | null>(null);
  const [at, setAt] = useState(-1);
  const stop = useRef<AbortController | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const search = (text: string) => {
    stop.current?.abort();
    const mine = new AbortController();
    stop.current = mine;
    props.find(text, mine.signal).then(
      (options) => {
        if (mine.signal.aborted) return;
        setFound(options);
        setSearched(text);
        setAt(options.length > 0 ? 0 : -1);
        setOpen(true);
      },
      (fault) => wasAborted(fault) || notifyFault(fault),
    );
  };
  useEffect(
    () => () => {
      stop.current?.abort();
      clearTimeout(timer.current);
    },
    [],
  );
  useEffect(() => {
    if (field.current !== null && props.value !== undefined) field.current.value = props.value;
  }, [props.value]);
  const choose = (option: Option<T> | undefined) => {
    if (option === undefined) return;
    if (field.current !== null) field.current.value = option.text;
    setOpen(false);
    props.onChoose(option);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      if (open) event.stopPropagation();
      if (!open && field.current !== null) field.current.value = "";
      setOpen(false);
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      choose(found[at]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return search(field.current?.value.trim() ?? "");
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (found.length > 0) setAt((at + step + found.length) % found.length);
    }
  };
  return (
    <div class="field combobox">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        ref={field}
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        placeholder={props.placeholder}
        defaultValue={props.value ?? ""}
        aria-expanded={open ? "true" : "false"}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
        aria-invalid={props.problem === undefined ? undefined : "true"}
        aria-describedby={props.problem === undefined ? undefined : `${id}-problem`}
        onInput={(event) => {
          const text = event.currentTarget.value.trim();
          clearTimeout(timer.current);
          timer.current = setTimeout(() => search(text), TYPING_MS);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setOpen(false);
          // What is typed and not chosen would be taken for what is chosen.
          if (field.current !== null && props.value) field.current.value = props.value;
        }}
      />
      <div id={`${id}-list`} role="listbox" aria-label={props.label} class="options" hidden={!open}>
        {found.map((option, i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus (aria-activedescendant)
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
          <div
            key={option.id}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at ? "true" : "false"}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(option)}
          >
            <span>{option.text}</span>
            {option.more !== undefined && <small>{option.more}</small>}
          </div>
        ))}
      </div>
      <p class="field-hint" role="status">
        {open && found.length === 0 && searched !== null && (props.none ?? "Nada foi encontrado.")}
      </p>
      <Problem id={`${id}-problem`} text={props.problem} />
    </div>
  );
}
