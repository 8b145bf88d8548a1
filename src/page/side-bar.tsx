import { me, ROLE_NAMES } from "./base/session.ts";
import { nextTheme, theme } from "./base/theme.ts";
import { CompanySwitch } from "./company-switch.tsx";
import { preload } from "./lazy-view.tsx";
import { Mark } from "./mark.tsx";
import { Button } from "./parts/button.tsx";
import { Icon } from "./parts/icon.tsx";
import type { Place } from "./places.ts";
import { PastErrors } from "./toasts.tsx";

export interface FrameProps {
  readonly place: Place;
  readonly places: readonly Place[];
  readonly onHelp: () => void;
  readonly onLeave: () => void;
}

export const THEME_SHORT = { auto: "do aparelho", light: "claro", dark: "escuro" } as const;
const THEME_NAMES = {
  auto: "Tema do aparelho (mudar para claro)",
  light: "Tema claro (mudar para escuro)",
  dark: "Tema escuro (mudar para o do aparelho)",
};
export const THEME_ICONS = { auto: "sun-moon", light: "sun", dark: "moon" } as const;

/** Who is here. An address without a name breaks before its `@`. */
export function Who() {
  const user = me.value?.user;
  if (user === undefined) return null;
  const [before, after] = user.email.split("@");
  return (
    <p class="who">
      <b>
        {user.name ?? (
          <>
            {before}
            <wbr />@{after}
          </>
        )}
      </b>
      <span>{ROLE_NAMES[user.role]}</span>
    </p>
  );
}

/** From 761 px. */
export function SideBar({ place, places, onHelp, onLeave }: FrameProps) {
  return (
    <header class="side-bar">
      <Mark />
      <CompanySwitch />
      <nav aria-label="Telas">
        {places.map((one) => (
          <a
            key={one.path}
            href={one.path}
            aria-current={one === place ? "page" : undefined}
            onPointerEnter={() => preload(one.folder)}
          >
            <Icon name={one.icon} />
            {one.name}
          </a>
        ))}
      </nav>
      <div class="side-foot">
        <Who />
        <div class="side-acts">
          <PastErrors />
          <Button icon="circle-help" kind="plain" bare onClick={onHelp}>
            Ajuda e teclas
          </Button>
          <Button icon={THEME_ICONS[theme.value]} kind="plain" bare onClick={nextTheme}>
            {THEME_NAMES[theme.value]}
          </Button>
          <Button icon="log-out" kind="plain" bare onClick={onLeave}>
            Sair
          </Button>
        </div>
      </div>
    </header>
  );
}
