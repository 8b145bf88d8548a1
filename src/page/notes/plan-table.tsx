import type { ComponentChildren } from "preact";
import { Heads } from "../parts/heads.tsx";

/** What a write leads to, a product in each row: it scrolls inside its dialog, so that the form's end stays in sight. */
export function PlanTable(props: {
  label: string;
  figures: readonly string[];
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
    <section class="scroll note-plan" tabIndex={0} aria-label={props.label}>
      <table class="table">
        <Heads texts={["Produto"]} figures={props.figures} />
        <tbody>{props.children}</tbody>
      </table>
    </section>
  );
}
