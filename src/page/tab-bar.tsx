import { useState } from "preact/hooks";
import * as say from "./base/say.ts";
import { me } from "./base/session.ts";
import { nextTheme, theme } from "./base/theme.ts";
import { CompanySwitch } from "./company-switch.tsx";
import { Button } from "./parts/button.tsx";
import { Dialog } from "./parts/dialog.tsx";
import { Icon } from "./parts/icon.tsx";
import { type FrameProps, THEME_ICONS, THEME_SHORT, Who } from "./side-bar.tsx";
import { PastErrors } from "./toasts.tsx";

/** The bar of a phone: four places, and the rest under "Mais". */
export function TabBar({ place, places, onHelp, onLeave }: FrameProps) {
  const [more, setMore] = useState(false);
  const rest = places.filter(({ onPhone }) => !onPhone);
  const close = () => setMore(false);
  return (
    <nav class="tab-bar" aria-label="Telas, no celular">
      {places
        .filter(({ onPhone }) => onPhone)
        .map((one) => (
          <a key={one.path} href={one.path} aria-current={one === place ? "page" : undefined}>
            <Icon name={one.icon} size={20} />
            {one.name}
          </a>
        ))}
      <button
        type="button"
        aria-haspopup="dialog"
        class={rest.includes(place) ? "is-here" : ""}
        onClick={() => setMore(true)}
      >
        <Icon name="ellipsis" size={20} />
        Mais
      </button>
      {more && (
        <Dialog title={say.name(me.value?.company.name ?? "Mais")} onClose={close}>
          <ul class="more-list">
            {rest.map((one) => (
              <li key={one.path}>
                <a
                  href={one.path}
                  aria-current={one === place ? "page" : undefined}
                  onClick={close}
                >
                  <Icon name={one.icon} />
                  {one.name}
                </a>
              </li>
            ))}
          </ul>
          <div class="more-acts">
            <Who />
            {(me.value?.companies.length ?? 0) > 1 && <CompanySwitch />}
            <PastErrors />
            <Button icon={THEME_ICONS[theme.value]} kind="plain" onClick={nextTheme}>
              Tema: {THEME_SHORT[theme.value]}
            </Button>
            <Button
              icon="circle-help"
              kind="plain"
              onClick={() => {
                close();
                onHelp();
              }}
            >
              Ajuda
            </Button>
            <Button icon="log-out" kind="plain" onClick={onLeave}>
              Sair
            </Button>
          </div>
        </Dialog>
      )}
    </nav>
  );
}
