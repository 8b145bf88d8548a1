import type { ComponentChildren } from "preact";
import { name } from "../base/say.ts";
import { Heads } from "../parts/heads.tsx";
import type { NoteDetail } from "./answers.ts";

/** A product, and what becomes of it: a figure for each head. */
export interface PlanLine {
  readonly key: number | string;
  readonly code: string;
  readonly figures: readonly ComponentChildren[];
}

/** What a write leads to, a product in each row: it scrolls inside its dialog, so that the form's end stays in sight. */
export function PlanTable(props: {
  label: string;
  note: NoteDetail;
  heads: readonly string[];
  lines: readonly PlanLine[];
}) {
  const { note, heads } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section class="scroll note-plan" tabIndex={0} aria-label={props.label}>
      <table class="table">
        <Heads texts={["Produto"]} figures={heads} />
        <tbody>
          {props.lines.map(({ key, code, figures }) => (
            <tr key={key}>
              <td>
                {nameOf(note, code)}
                <span class="row-more code">{code}</span>
              </td>
              {figures.map((figure, i) => (
                <td key={heads[i]} class="figure" data-head={heads[i]}>
                  {figure}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The name of a product that the note has moved; the answers of a write have its code alone. */
const nameOf = ({ movements }: NoteDetail, code: string): string =>
  name(movements.find(({ product_code }) => product_code === code)?.product.name ?? code);
