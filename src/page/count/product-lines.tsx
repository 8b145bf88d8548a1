import type { z } from "zod";
import type { CountedProductSchema, CountLineSchema } from "../../http/views/count-view.ts";
import { ask } from "../base/ask.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { usePages } from "../base/pages.ts";
import { moment, name, quantity } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { decided } from "./queue.ts";
import type { Count } from "./scan.ts";

type Line = z.infer<typeof CountLineSchema>;

/** The lines of a product, of all devices: which one is wrong is seen and undone here. */
export function ProductLines(props: {
  of: Count;
  product: z.infer<typeof CountedProductSchema>;
  onClose: () => void;
  onUndone: () => void;
}) {
  const { product, of } = props;
  const path = `/api/counts/${encodeURIComponent(of.id)}/lines`;
  const { rows, hasMore, busy, fault, readMore, again } = usePages<Line>(
    `${path}?product_code=${encodeURIComponent(product.product_code)}`,
  );
  const undo = ({ line }: Line) =>
    void ask(`${path}/${line}`, { method: "DELETE" }).then(() => {
      notify(`Registro ${line} desfeito.`);
      decided(of.id, [line], null);
      again();
      props.onUndone();
    }, notifyFault);
  return (
    <Dialog title={name(product.name)} onClose={props.onClose}>
      <ErrorBar fault={fault} again={again} />
      {rows.length === 0 && busy && <Skeleton lines={2} />}
      {rows.length === 0 && !busy && <p class="quiet">Nenhum registro conta agora.</p>}
      <ul class="count-lines">
        {rows.map((line) => (
          <li key={line.line}>
            <div class="count-name">
              <span>{line.device}</span>
              <small>{moment(line.counted_at)}</small>
            </div>
            <span class="count-many">
              {quantity(line.quantity)} <small>{product.unit}</small>
            </span>
            {of.state === "open" && may("operate") && (
              <Button small icon="undo-2" onClick={() => undo(line)}>
                Desfazer
              </Button>
            )}
          </li>
        ))}
      </ul>
      {hasMore && (
        <Button small busy={busy} onClick={readMore}>
          Mostrar mais
        </Button>
      )}
    </Dialog>
  );
}
