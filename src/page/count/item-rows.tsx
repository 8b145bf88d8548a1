import { Component } from "preact";
import { useState } from "preact/hooks";
import { fromScaled } from "../../lib/decimal.ts";
import { quantity } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { FigureField, figureOf } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import type { Item } from "./items.ts";
import { countTo, quantityOf, step } from "./scan.ts";

/** Rows that are drawn: the last ones touched. The others are found by their code. */
const MOST_DRAWN = 100;

/** A quantity of 1/10⁴ as it is written: 1.234,5. */
export const written = (quantity_e4: number): string =>
  quantity(Number(fromScaled(quantity_e4, 4)));

/** What was counted on this browser, the last touched first. */
export function ItemRows({ label, items }: { label: string; items: readonly Item[] }) {
  const [open, setOpen] = useState<Item | null>(null);
  return (
    <>
      <ul class="count-rows" aria-label={label}>
        {items.slice(0, MOST_DRAWN).map((item) => (
          <Row key={item.key} item={item} onOpen={setOpen} />
        ))}
      </ul>
      {items.length > MOST_DRAWN && (
        <p class="count-rest">
          Os {MOST_DRAWN} últimos. Leia ou digite o código para ver um dos outros.
        </p>
      )}
      {open !== null && <Quantity item={open} onClose={() => setOpen(null)} />}
    </>
  );
}

/** A row is drawn again only when its item is another one. */
class Row extends Component<{ item: Item; onOpen: (item: Item) => void }> {
  override shouldComponentUpdate(next: { item: Item }): boolean {
    return next.item !== this.props.item;
  }
  override render() {
    const { item, onOpen } = this.props;
    return (
      <li data-key={item.key}>
        <div class="count-name">
          <span>{item.name}</span>
          <small>
            {item.name === item.code ? REASONS[item.aside ?? "unknown"] : item.code}
            {item.unsent && (
              <span class="count-unsent">
                <Icon name="clock" size={13} /> a enviar
              </span>
            )}
          </small>
        </div>
        <div class="count-stepper">
          <Button
            icon="minus"
            bare
            disabled={item.quantity_e4 === 0}
            onClick={() => void step(item, -1)}
          >
            {`Um a menos de ${item.name}`}
          </Button>
          <button
            type="button"
            class="count-figure"
            aria-label={`${written(item.quantity_e4)} ${item.unit}, ${item.name}: mudar a quantidade`}
            onClick={() => onOpen(item)}
          >
            {written(item.quantity_e4)}
          </button>
          <Button icon="plus" bare onClick={() => void step(item, 1)}>
            {`Um a mais de ${item.name}`}
          </Button>
        </div>
      </li>
    );
  }
}

const REASONS: Record<NonNullable<Item["aside"]>, string> = {
  unknown: "não está no cadastro",
  ambiguous: "mais de um produto com este código",
  outside: "não é desta contagem",
};

/** A quantity that is typed, and the way to take the product out of the count. */
function Quantity({ item, onClose }: { item: Item; onClose: () => void }) {
  const [text, setText] = useState(written(item.quantity_e4));
  const [problem, setProblem] = useState<string>();
  const save = () => {
    const wanted = quantityOf(figureOf(text));
    if (wanted === null)
      return setProblem(
        /^\d{8,}$/.test(text.trim())
          ? "Isto parece um código de barras. Escreva a quantidade."
          : "Escreva uma quantidade, com até 4 casas depois da vírgula",
      );
    void countTo(item, wanted);
    onClose();
  };
  return (
    <Dialog title={item.name} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <FigureField
          label="Quantidade contada neste aparelho"
          value={text}
          onInput={setText}
          problem={problem}
          maxLength={20}
          inputRef={selectOnce}
          {...(item.unit === "" ? {} : { unit: item.unit })}
          hint="0 quer dizer: procurei e não há nenhum."
        />
        <footer class="dialog-foot">
          <Button
            kind="plain"
            icon="trash-2"
            onClick={() => {
              void countTo(item, null);
              onClose();
            }}
          >
            Tirar da contagem
          </Button>
          <Button type="submit" kind="main">
            Salvar
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

const selected = new WeakSet<HTMLInputElement>();
/** The figure is replaced by typing; the first time only, or each letter would replace the one before. */
function selectOnce(input: HTMLInputElement | null): void {
  if (input === null || selected.has(input)) return;
  selected.add(input);
  setTimeout(() => {
    input.focus();
    input.select();
  }, 0);
}
