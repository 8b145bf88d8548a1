import { useEffect, useRef } from "preact/hooks";
import { day, taxpayer } from "../base/say.ts";
import { Badge, type Said } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";

/** The head of an opened note: the way back, of whom it is, its numbers and its standing. It takes the focus when it appears. */
export function NoteHead(props: {
  title: string;
  cnpj: string;
  number: number | string;
  series: number | string;
  issuedAt: string;
  standing: Said;
  onClose: () => void;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <header class="note-head">
      <Button icon="x" kind="plain" bare small onClick={props.onClose}>
        Fechar a nota
      </Button>
      <div>
        <h2 ref={heading} tabIndex={-1}>
          {props.title}
        </h2>
        <p class="small quiet">
          {taxpayer(props.cnpj)} · nº {props.number} · série {props.series} · {day(props.issuedAt)}
        </p>
      </div>
      <Badge {...props.standing} />
    </header>
  );
}
