import { useEffect } from "preact/hooks";
import type { z } from "zod";
import type { DanfeSchema } from "../../http/views/danfe-view.ts";
import { isSettled, useRead } from "../base/read.ts";

/** The blocks of sender and recipient, shown on paper alone. Prints, once, when they are here or cannot be. */
export function Parties(props: { accessKey: string }) {
  const read = useRead<z.infer<typeof DanfeSchema>>(`/api/nfes/${props.accessKey}/danfe`);
  const { value } = read;
  const settled = isSettled(read);
  useEffect(() => {
    if (!settled) return;
    // The blocks are on the paper once they are drawn.
    const drawn = requestAnimationFrame(() => print());
    return () => cancelAnimationFrame(drawn);
  }, [settled]);
  if (value === null) return null;
  const [recipient] = value.blocks;
  return (
    <div class="note-printed note-parties small">
      <section>
        <h3>Emitente</h3>
        <p>
          <b>{value.issuer.name}</b>
        </p>
        {value.issuer.lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </section>
      {recipient !== undefined && (
        <section>
          <h3>Destinatário / remetente</h3>
          {recipient.rows.flat().map(({ label, text }) => (
            <p key={label}>
              {label}: <b>{text}</b>
            </p>
          ))}
        </section>
      )}
    </div>
  );
}
