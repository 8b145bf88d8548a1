import { useId, useRef } from "preact/hooks";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** An entry: an action, or a link (`download` keeps the browser from showing a file). */
export interface MenuItem {
  readonly text: string;
  readonly icon?: IconName;
  readonly onClick?: () => void;
  readonly href?: string;
  readonly download?: boolean;
  readonly danger?: boolean;
  readonly current?: boolean;
}

/** Further actions behind a button, by the browser's popover: Escape and a click beside it close it. Arrows move in it. */
export function Menu(props: {
  label: string;
  items: readonly MenuItem[];
  icon?: IconName;
  bare?: boolean;
  kind?: "line" | "plain";
}) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const entries = () => [...(menu.current?.querySelectorAll<HTMLElement>("a,button") ?? [])];
  const move = (event: KeyboardEvent) => {
    const all = entries();
    const at = all.findIndex((one) => one.matches(":focus"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  /** Below its button, or above it when there is no room below. */
  const place = (event: Event) => {
    if (!("newState" in event) || event.newState !== "open") return;
    const [at, box] = [button.current?.getBoundingClientRect(), menu.current];
    if (at === undefined || box === null) return;
    const height = box.offsetHeight + 8;
    const below = at.bottom + height < innerHeight;
    box.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - height + 4)}px`;
    box.style.left = `${Math.max(8, Math.min(at.right - box.offsetWidth, innerWidth - box.offsetWidth - 8))}px`;
    entries()[0]?.focus({ preventScroll: true });
  };
  return (
    <span class="menu">
      <Button
        icon={props.icon ?? "ellipsis"}
        kind={props.kind ?? "plain"}
        bare={props.bare ?? false}
        popovertarget={id}
        buttonRef={button}
      >
        {props.label}
      </Button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of its buttons, received once for all */}
      <div ref={menu} id={id} popover="auto" class="menu-items" onToggle={place} onKeyDown={move}>
        {props.items.map((item) => (
          <Entry key={item.text} item={item} close={() => menu.current?.hidePopover()} />
        ))}
      </div>
    </span>
  );
}

function Entry({ item, close }: { item: MenuItem; close: () => void }) {
  const inside = (
    <>
      {item.icon !== undefined && <Icon name={item.icon} />}
      <span>{item.text}</span>
      {item.current === true && <Icon name="check" size={16} />}
    </>
  );
  const look = item.danger === true ? "danger" : "";
  if (item.href !== undefined)
    return (
      <a
        class={look}
        href={item.href}
        download={item.download === true ? "" : undefined}
        onClick={close}
      >
        {inside}
      </a>
    );
  return (
    <button
      type="button"
      class={look}
      aria-current={item.current === true ? "true" : undefined}
      onClick={() => {
        close();
        item.onClick?.();
      }}
    >
      {inside}
    </button>
  );
}
