import { keysOn, setKeysOn } from "./base/keys.ts";
import { may } from "./base/session.ts";
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

/** Keys of the page, and the two things that a person sets for this browser. Without a keyboard there are none. */
export function Help({ onClose }: { onClose: () => void }) {
  const places = placesHere().map(({ letter, name }) => [`g ${letter}`, name] as const);
  const hasKeys = !matchMedia("(hover: none) and (pointer: coarse)").matches;
  return (
    <Dialog title={hasKeys ? "Ajuda e teclas" : "Ajuda"} onClose={onClose}>
      {hasKeys && (
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
      )}
      <div class="help-choices">
        {hasKeys && (
          <Check
            label="Usar estas teclas neste navegador"
            checked={keysOn.value}
            onChange={setKeysOn}
          />
        )}
        <Check
          label="Linhas compactas"
          checked={compact.value}
          onChange={(on) => {
            compact.value = on;
          }}
        />
      </div>
      {hasKeys && <p class="quiet small">Nenhuma tecla aprova uma nota com pendência.</p>}
      {may("administer") && (
        <p class="quiet small">
          Para integradores:{" "}
          <a href="/openapi.json" target="_blank" rel="noreferrer">
            descrição da API
          </a>
          .
        </p>
      )}
    </Dialog>
  );
}
