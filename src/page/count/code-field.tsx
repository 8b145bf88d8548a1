import { useEffect, useId, useRef, useState } from "preact/hooks";
import { name } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { type Product, suggestions } from "./catalogue.ts";
import { type Count, count } from "./scan.ts";
import { useReadyField } from "./use-focus.ts";

const TYPING_MS = 140;

/** The field that is always ready: a reader writes 13 digits in 30 ms and Enter; a person writes a code or a part of a name. */
export function CodeField({ of }: { of: Count }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [found, setFound] = useState<readonly Product[]>([]);
  useReadyField(field);
  useEffect(() => () => clearTimeout(timer.current), []);
  const empty = () => {
    clearTimeout(timer.current);
    if (field.current !== null) field.current.value = "";
    setFound([]);
    field.current?.focus({ preventScroll: true });
  };
  const take = () => {
    const text = field.current?.value ?? "";
    if (text.trim() === "") return;
    if (count(of, text)) empty();
    else setFound(suggestions(text));
  };
  return (
    <form
      class="count-code"
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <label for={id}>Código de barras, código ou nome</label>
      <div class="count-code-box">
        <input
          id={id}
          ref={field}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="done"
          maxLength={80}
          aria-describedby={`${id}-hint`}
          onInput={(event) => {
            const { value } = event.currentTarget;
            clearTimeout(timer.current);
            timer.current = setTimeout(
              () => setFound(/\p{L}/u.test(value) ? suggestions(value) : []),
              TYPING_MS,
            );
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") empty();
          }}
        />
        <Button type="submit" kind="main">
          Somar
        </Button>
      </div>
      <p id={`${id}-hint`} class="field-hint">
        O mesmo código soma 1. Para somar uma caixa de uma vez: 12*código.
      </p>
      {found.length > 0 && (
        <ul class="count-found" aria-label="Produtos encontrados">
          {found.map((product) => (
            <li key={product.code}>
              <button
                type="button"
                onClick={() => {
                  count(of, product.code);
                  empty();
                }}
              >
                <span>{name(product.name)}</span>
                <small>{product.code}</small>
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
