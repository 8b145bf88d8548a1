import { useEffect, useRef, useState } from "preact/hooks";
import { useAddress } from "./base/address.ts";
import { listenToKeys, useKeys } from "./base/keys.ts";
import { closeLive, live, openLive } from "./base/live.ts";
import { type OtherSession, otherSession } from "./base/me.ts";
import { notifyFault } from "./base/notices.ts";
import { network, online } from "./base/online.ts";
import { name } from "./base/say.ts";
import { followSession, leave, may, me, unsent } from "./base/session.ts";
import { CompanySwitch } from "./company-switch.tsx";
import { Help } from "./help.tsx";
import { LazyView, preload } from "./lazy-view.tsx";
import { Button } from "./parts/button.tsx";
import { Confirm } from "./parts/dialog.tsx";
import { Icon } from "./parts/icon.tsx";
import { PLACES, type Place } from "./places.ts";
import { SessionEnded } from "./session-ended.tsx";
import { SideBar } from "./side-bar.tsx";
import { TabBar } from "./tab-bar.tsx";
import { Toasts } from "./toasts.tsx";
import { useTray } from "./tray-loader.ts";
import { WindowDrop } from "./window-drop.tsx";

/** The places that this person has. */
export const placesHere = (): readonly Place[] =>
  PLACES.filter(
    ({ needs, severalCompanies }) =>
      may(needs) && (severalCompanies !== true || (me.value?.companies.length ?? 0) > 1),
  );

/** The frame of every page: bars, keys, what is offline, toasts, and the view of the place. */
export function Shell({ place, onLeft }: { place: Place; onLeft: () => void }) {
  const { go } = useAddress();
  const [help, setHelp] = useState(false);
  const [leaving, setLeaving] = useState<string | null>(null);
  const main = useRef<HTMLElement>(null);
  const places = placesHere();
  const visible = places.includes(place);
  useKeys({ "?": () => setHelp(true) });
  useEffect(
    () =>
      listenToKeys((letter) => {
        const to = placesHere().find((one) => one.letter === letter);
        if (to !== undefined) go(to.path);
        return to !== undefined;
      }),
    [go],
  );
  useEffect(followSession, []);
  useEffect(() => {
    openLive();
    // What was counted and not sent yet is sent from every place.
    if (localStorage.getItem("sge.count") !== null) preload("count");
    return closeLive;
  }, []);
  useEffect(() => {
    if (!visible) go(PLACES[1]?.path ?? "/", true);
  }, [visible, go]);
  useFocusOnNewPlace(place.path, main.current);
  useTray();
  const left = async () => {
    await leave();
    closeLive();
    onLeft();
    go("/entrar");
  };
  const askToLeave = async () => {
    const reasons = await Promise.all([...unsent].map((reason) => reason()));
    const first = reasons.find((reason) => reason !== null) ?? null;
    if (first === null) await left();
    else setLeaving(first);
  };
  const frame = {
    place,
    places,
    onHelp: () => setHelp(true),
    onLeave: () => void askToLeave().catch(notifyFault),
  };
  return (
    <div class="frame">
      <a class="skip" href="#conteudo">
        Ir para o conteúdo
      </a>
      <SideBar {...frame} />
      <div class="content">
        {(me.value?.companies.length ?? 0) > 1 && (
          <header class="company-here">
            <CompanySwitch />
          </header>
        )}
        <Offline place={place} />
        <main ref={main} id="conteudo" tabIndex={-1}>
          {visible && <LazyView place={place} />}
        </main>
      </div>
      <TabBar {...frame} />
      <Toasts />
      <WindowDrop />
      {help && <Help onClose={() => setHelp(false)} />}
      <SessionEnded />
      {leaving !== null && (
        <Confirm
          title="Sair mesmo assim?"
          action="Sair e perder"
          danger
          act={left}
          onClose={() => setLeaving(null)}
        >
          <p>{leaving}</p>
        </Confirm>
      )}
    </div>
  );
}

/** Another place begins at its heading, for who reads with the ears and for who scrolled. */
function useFocusOnNewPlace(path: string, main: HTMLElement | null): void {
  const last = useRef(path);
  useEffect(() => {
    if (last.current === path) return;
    last.current = path;
    scrollTo(0, 0);
    main?.focus({ preventScroll: true });
  }, [path, main]);
}

const OTHER_SESSION: Record<OtherSession, (company: string) => string> = {
  "session.other_person": () =>
    "Em outra aba entrou outra pessoa. Nada desta aba foi gravado em nome dela.",
  "session.other_company": (company) =>
    `Em outra aba você passou a trabalhar em outra empresa; esta ainda é da ${company}. Nada desta aba foi gravado na outra.`,
};

/** What the page says while the network or the feed is interrupted, or the session is of another person or company than this tab. */
function Offline({ place }: { place: Place }) {
  const { param } = useAddress();
  const counts = place.path === "/contagem" && param("contagem") !== "" && may("operate");
  const away = !online.value;
  const still = live.value === "broken" && !away;
  return (
    <div role="status">
      {away && (
        <p class="offline-bar">
          <Icon name={network.value ? "triangle-alert" : "wifi-off"} />
          {network.value ? "O sistema não responde." : "Sem internet."}{" "}
          {counts
            ? "Pode continuar contando: tudo fica neste aparelho e é enviado depois."
            : "Mostrando o que já estava aqui."}
        </p>
      )}
      {otherSession.value !== null && (
        <p class="offline-bar">
          <Icon name="building-2" />
          {OTHER_SESSION[otherSession.value](name(me.value?.company.name ?? "primeira"))}
          <Button small onClick={() => location.reload()}>
            Recarregar
          </Button>
        </p>
      )}
      {still && (
        <p class="offline-bar quiet">
          <Icon name="refresh-cw" />
          Sem atualização ao vivo. O que outros mudarem aparece quando você abrir a tela de novo.
        </p>
      )}
    </div>
  );
}
