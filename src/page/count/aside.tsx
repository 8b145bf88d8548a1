import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { CountLineSchema } from "../../http/views/count-view.ts";
import { useAct } from "../base/act.ts";
import { ask } from "../base/ask.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { usePages } from "../base/pages.ts";
import { count as many, moment, name, quantity } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Combobox } from "../parts/combobox.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { productsBy } from "../parts/find-products.ts";
import { FormFoot } from "../parts/form-foot.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import type { Product } from "./catalogue.ts";
import { arrived, decided } from "./queue.ts";
import type { Count } from "./scan.ts";

type Line = z.infer<typeof CountLineSchema>;

const findProducts = productsBy<Product>("barcode", "category_id", "location");

const REASONS: Record<NonNullable<Line["aside"]>, string> = {
  unknown: "O código não está no cadastro",
  ambiguous: "Mais de um produto tem este código",
  outside: "O produto não é desta contagem",
};

/** Lines of all devices that wait for a product. */
export function Aside({ of }: { of: Count }) {
  const path = `/api/counts/${encodeURIComponent(of.id)}/lines`;
  const { rows, hasMore, busy, fault, readMore, again } = usePages<Line>(`${path}?aside=true`);
  const [linking, setLinking] = useState<Line | null>(null);
  const times = arrived.value;
  useEffect(() => {
    if (times > 0) again();
  }, [times, again]);
  const open = of.state === "open" && may("operate");
  const drop = (line: Line) =>
    void ask(`${path}/${line.line}`, { method: "DELETE" }).then(() => {
      decided(of.id, [line.line], null);
      notify(`Registro ${line.line} retirado da contagem.`);
      again();
    }, notifyFault);
  if (rows.length === 0 && busy) return <Skeleton lines={4} />;
  return (
    <>
      <ErrorBar fault={fault} again={again} />
      {rows.length === 0 && fault === null && (
        <Empty icon="check" title="Nenhum código a resolver.">
          Um código que não está no cadastro fica aqui, com o momento em que foi contado, até ser
          ligado a um produto.
        </Empty>
      )}
      <ul class="count-lines">
        {rows.map((line) => (
          <li key={line.line} class="card">
            <div class="count-name">
              <b class="code">{codeOf(line)}</b>
              <small>
                {REASONS[line.aside ?? "unknown"]} · {line.device} · {moment(line.counted_at)}
              </small>
            </div>
            <span class="count-many">{quantity(line.quantity)}</span>
            {open && (
              <div class="count-acts">
                <Button small icon="link-2" onClick={() => setLinking(line)}>
                  Ligar a um produto
                </Button>
                <Button small kind="plain" icon="trash-2" bare onClick={() => drop(line)}>
                  {`Retirar o registro ${line.line}`}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {hasMore && (
        <Button busy={busy} onClick={readMore}>
          Mostrar mais
        </Button>
      )}
      {linking !== null && (
        <Link
          of={of}
          line={linking}
          same={rows.filter((one) => codeOf(one) === codeOf(linking))}
          onClose={(done) => {
            setLinking(null);
            if (done) again();
          }}
        />
      )}
    </>
  );
}

const codeOf = (line: Line): string => line.barcode ?? line.given_code ?? "";

/** Chooses the product of a code: every line of this code counts for it, each at its own moment. */
function Link(props: {
  of: Count;
  line: Line;
  same: readonly Line[];
  onClose: (done: boolean) => void;
}) {
  const [chosen, setChosen] = useState<Product | null>(null);
  const act = useAct();
  const link = async (product: Product) => {
    for (const { line } of props.same) {
      await ask(`/api/counts/${encodeURIComponent(props.of.id)}/unknown/${line}/assign`, {
        method: "POST",
        json: { product_code: product.code },
      });
      decided(props.of.id, [line], product.code);
    }
    notify(`${codeOf(props.line)} conta agora como ${name(product.name)}.`);
    props.onClose(true);
  };
  return (
    <Dialog title={`De que produto é ${codeOf(props.line)}?`} onClose={() => props.onClose(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen !== null) act.run(() => link(chosen));
        }}
      >
        <Combobox<Product>
          label="Produto"
          find={findProducts}
          onChoose={({ value }) => setChosen(value)}
          none="Nenhum produto. Cadastre-o em Estoque, e ligue depois."
        />
        <p class="quiet small">
          O que foi contado com este código ({many(props.same.length, "registro", "registros")})
          conta para o produto nesta contagem. O cadastro não muda: para o código ser reconhecido da
          próxima vez, informe-o no produto, em Estoque.
        </p>
        <FormFoot
          fault={act.fault}
          action="Ligar"
          busy={act.busy}
          disabled={chosen === null}
          onClose={() => props.onClose(false)}
        />
      </form>
    </Dialog>
  );
}
