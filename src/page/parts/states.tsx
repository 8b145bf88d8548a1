import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { isOfOtherSession } from "../base/me.ts";
import { notify } from "../base/notices.ts";
import { Refused, sentenceOfFault } from "../base/problem.ts";
import { sentence } from "../base/say.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

const SLOW_MS = 8_000;

/** The place of what is being read, with its final height so that nothing jumps. `lines`: rows of a list, 56 px each. */
export function Skeleton({ lines = 6, height }: { lines?: number; height?: string }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="skeleton" aria-busy="true" style={height === undefined ? undefined : { height }}>
      <span class="hidden" role="status">
        Carregando…
      </span>
      {slow && <p class="slow">Está demorando mais que o normal…</p>}
      {Array.from({ length: lines }, (_, i) => (
        <div class="bone" key={i} />
      ))}
    </div>
  );
}

/** Nothing is there; says what to do next. */
export function Empty(props: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={props.icon} size={32} />
      <p class="empty-title">{props.title}</p>
      {props.children !== undefined && <div class="empty-next">{props.children}</div>}
    </div>
  );
}

/** Whether all that was refused stands under the fields of the form already: it is not said twice. */
function isUnderFields(fault: unknown, bar: HTMLElement | null): boolean {
  const form = bar?.closest("form");
  if (form == null || !(fault instanceof Refused)) return false;
  const shown = [...form.querySelectorAll(".field-problem")].map(({ textContent }) => textContent);
  const said = fault.fields.size === 0 ? [fault.message] : [...fault.fields.values()];
  return said.every((text) => shown.includes(sentence(text)));
}

/** A red bar with the API's own sentence; what was loaded stays beside it. What another tab has changed is said once, at the top. */
export function ErrorBar({ fault, again }: { fault: unknown; again?: () => void }) {
  const bar = useRef<HTMLDivElement>(null);
  const [isSaid, setSaid] = useState(false);
  useLayoutEffect(() => setSaid(isUnderFields(fault, bar.current)));
  if (fault === null || fault === undefined) return null;
  if (fault instanceof Refused && isOfOtherSession(fault.code)) return null;
  const requestId = fault instanceof Refused ? fault.requestId : null;
  return (
    <div ref={bar} class="error-bar" role="alert" hidden={isSaid}>
      <Icon name="triangle-alert" />
      <div>
        <p>{sentenceOfFault(fault)}</p>
        {requestId !== null && (
          <details>
            <summary>Detalhes para o suporte</summary>
            <RequestId id={requestId} />
          </details>
        )}
      </div>
      {again !== undefined && (
        <Button small onClick={again}>
          Tentar de novo
        </Button>
      )}
    </div>
  );
}

/** The number of a refused request, with a button that copies it. */
export function RequestId({ id }: { id: string }) {
  return (
    <span class="request-id">
      <code>{id}</code>
      <Copy text={id} what="o número do pedido" />
    </span>
  );
}

/** Copies a text; says so. */
export function Copy({ text, what }: { text: string; what: string }) {
  return (
    <Button
      icon="copy"
      kind="plain"
      bare
      small
      onClick={() =>
        void navigator.clipboard.writeText(text).then(
          () => notify("Copiado."),
          () => notify("O navegador não deixou copiar.", { tone: "bad" }),
        )
      }
    >
      {`Copiar ${what}`}
    </Button>
  );
}
