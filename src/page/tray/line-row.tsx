import { useAddress } from "../base/address.ts";
import { masked } from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { type Line, unfolded } from "./state.ts";
import { BADGES, numberOf } from "./words.ts";

/** One document: what became of it, which file it was, why, and the way to the note. */
export function LineRow({ line }: { line: Line }) {
  const address = useAddress();
  const { tone, icon, text } = BADGES[line.kind];
  const number = numberOf(line.key);
  const href = line.key === null ? null : address.with({ nota: line.key });
  return (
    <li class="tray-line">
      <Badge tone={tone} icon={icon} text={line.title ?? text} />
      <div class="tray-file">
        <b title={line.file}>{line.file}</b>
        {number !== null && <small class="quiet">{number}</small>}
      </div>
      <p class="quiet" title={line.code ?? undefined}>
        {masked(line.message)}
      </p>
      {href !== null && (
        <a
          href={href}
          class="tray-open"
          aria-label={`Abrir ${number ?? line.file}`}
          onClick={() => {
            // Who opens a note has read its line; the head stays.
            unfolded.value = false;
          }}
        >
          Abrir
        </a>
      )}
    </li>
  );
}
