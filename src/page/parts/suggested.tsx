import type { Suggestion } from "../base/mapping.ts";
import { masked, name } from "../base/say.ts";
import { Badge } from "./badge.tsx";
import type { OurProduct } from "./mapping-form.tsx";

const REASONS: Readonly<Record<Suggestion["reasons"][number]["code"], string>> = {
  gtin: "mesmo GTIN",
  gtin_trib: "GTIN da unidade tributável",
  same_code: "mesmo código",
  gtin_of_item: "mesmo GTIN de outro item",
  name: "nome parecido",
};

/** The product of a suggestion, with the factor that is proposed for it. */
export const productOf = (one: Suggestion): OurProduct => ({
  code: one.product_code,
  name: one.product_name,
  unit: one.product_unit,
  factor: one.factor_hint?.factor_text ?? null,
});

/** Products of ours that an item may be, with the reasons. `onChoose` null: they are only shown. */
export function Suggestions(props: {
  suggestions: readonly Suggestion[];
  chosen: OurProduct | null;
  onChoose: ((product: OurProduct) => void) | null;
  /** Enter takes the first. */
  entered?: boolean;
}) {
  const { suggestions, chosen, onChoose } = props;
  return (
    <ol class="mapping-suggestions" aria-label="Sugestões">
      {suggestions.map((one, i) => (
        <li key={one.product_code}>
          <Suggested
            suggestion={one}
            entered={i === 0 && props.entered === true}
            chosen={chosen?.code === one.product_code}
            onChoose={onChoose === null ? null : () => onChoose(productOf(one))}
          />
        </li>
      ))}
    </ol>
  );
}

/** How sure the strongest reason is, in a word. */
function surety(confidence: number): string {
  if (confidence >= 90) return "quase certo";
  return confidence >= 60 ? "provável" : "possível";
}

function Suggested(props: {
  suggestion: Suggestion;
  entered: boolean;
  chosen: boolean;
  onChoose: (() => void) | null;
}) {
  const { suggestion: one, chosen, onChoose } = props;
  const [strongest] = one.reasons;
  const inside = (
    <>
      <span class="mapping-name">
        {name(one.product_name)}{" "}
        <span class="small quiet">{`${one.product_code} · ${one.product_unit}`}</span>
      </span>
      <span class="mapping-why">
        {one.reasons.map(({ code }) => (
          <Badge
            key={code}
            tone={one.confidence >= 90 ? "good" : "plain"}
            icon="check"
            text={REASONS[code]}
          />
        ))}
        <span class="small quiet">{surety(one.confidence)}</span>
      </span>
      {strongest !== undefined && strongest.code !== "name" && (
        <span class="small quiet">{masked(strongest.message)}</span>
      )}
    </>
  );
  if (onChoose === null) return <div class="mapping-suggestion">{inside}</div>;
  return (
    <button
      type="button"
      class="mapping-suggestion"
      aria-pressed={chosen ? "true" : "false"}
      onClick={onChoose}
    >
      {inside}
      {props.entered && <kbd class="desk">Enter</kbd>}
    </button>
  );
}
