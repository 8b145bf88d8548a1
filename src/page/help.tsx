import { keysOn, setKeysOn } from "./base/keys.ts";
import { compact } from "./base/theme.ts";
import { Dialog } from "./parts/dialog.tsx";
import { Check } from "./parts/field.tsx";
import { placesHere } from "./shell.tsx";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "Buscar"],
  ["j k", "Linha seguinte, anterior (ou setas)"],
  ["Enter", "Abrir a linha"],
  ["x", "Marcar a linha"],
  ["a", "Ação principal da tela"],
  ["Esc", "Fechar o detalhe"],
  ["?", "Esta ajuda"],
];

/** Keys of the page, and the two things that a person sets for this browser. */
export function Help({ onClose }: { onClose: () => void }) {
  const places = placesHere().map(({ letter, name }) => [`g ${letter}`, name] as const);
  return (
    <Dialog title="Ajuda e teclas" onClose={onClose}>
      <dl class="keys">
        {[...KEYS, ...places].map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div class="help-choices">
        <Check
          label="Usar teclas sozinhas neste navegador"
          checked={keysOn.value}
          onChange={setKeysOn}
        />
        <Check
          label="Linhas compactas"
          checked={compact.value}
          onChange={(on) => {
            compact.value = on;
          }}
        />
      </div>
      <p class="quiet small">
        Nenhuma tecla aprova uma nota retida. Para integradores, a API está descrita em{" "}
        <a href="/openapi.json" target="_blank" rel="noreferrer">
          /openapi.json
        </a>
        .
      </p>
    </Dialog>
  );
}
