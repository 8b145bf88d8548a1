import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { tray } from "../base/intake.ts";
import { useKeys } from "../base/keys.ts";
import { whole } from "../base/say.ts";
import { Icon } from "./icon.tsx";

/** A view: its one heading, what stands beside it (search, buttons), the tray of sent files, and its content. Sets the title of the tab. */
export function View(props: {
  title: string;
  beside?: ComponentChildren;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${props.title} · S.G.E.`;
  }, [props.title]);
  const Tray = tray.value;
  return (
    <>
      <header class="view-head">
        <h1 tabIndex={-1}>{props.title}</h1>
        {props.beside}
      </header>
      {Tray !== null && <Tray />}
      {props.children}
    </>
  );
}

/**
 * List and detail side by side from 1,181 px; below, the detail alone, and the list stays behind it. When the detail closes the focus
 * goes back to the link of the list that was open (`aria-current="true"`), unless the person has gone elsewhere with it.
 */
export function Split(props: { list: ComponentChildren; detail: ComponentChildren | null }) {
  const open = props.detail !== null;
  const list = useRef<HTMLDivElement>(null);
  const detail = useRef<HTMLElement>(null);
  const wasOpen = useRef(open);
  const back = useRef<HTMLElement | null>(null);
  // While this renders the list is still the one before it, and marks its link.
  if (wasOpen.current && !open)
    back.current = list.current?.querySelector<HTMLElement>('a[aria-current="true"]') ?? null;
  wasOpen.current = open;
  // With the change itself and not a frame later: what is typed next would be lost.
  useLayoutEffect(() => {
    const [link, at] = [back.current, document.activeElement];
    back.current = null;
    if (at === null || at === document.body || list.current?.contains(at) === true) link?.focus();
  }, [open]);
  useEndInWindow(detail, open);
  return (
    <div class={`split${open ? " open" : ""}`}>
      <div class="split-list" ref={list}>
        {props.list}
      </div>
      {open && (
        <aside class="split-detail" ref={detail}>
          {props.detail}
        </aside>
      )}
    </div>
  );
}

/** The detail ends inside the window wherever it begins: below the heading, below an open tray, or at the top of a scrolled page. */
function useEndInWindow(detail: RefObject<HTMLElement | null>, open: boolean): void {
  useLayoutEffect(() => {
    const box = detail.current;
    if (!open || box === null) return;
    const place = () =>
      box.style.setProperty("--detail-top", `${Math.max(16, box.getBoundingClientRect().top)}px`);
    place();
    addEventListener("scroll", place, { passive: true });
    addEventListener("resize", place);
    // What opens above it changes the height of the content, as this does: not within the same layout.
    const above = new ResizeObserver(() => requestAnimationFrame(place));
    above.observe(box.closest(".content") ?? document.body);
    return () => {
      removeEventListener("scroll", place);
      removeEventListener("resize", place);
      above.disconnect();
    };
  }, [open]);
}

const TYPING_MS = 140;

/** A search that acts while something is typed (140 ms after the last key). `/` goes to it; Enter acts at once, as a barcode reader does. */
export function Search(props: {
  label: string;
  value: string;
  onSearch: (text: string) => void;
  onEnter?: (text: string) => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useKeys({ "/": () => field.current?.focus() });
  useEffect(() => {
    // Back and forward change it from outside; what is being typed is not overwritten.
    const input = field.current;
    if (input !== null && document.activeElement !== input) input.value = props.value;
  }, [props.value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <search class="search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label={props.label}
        placeholder={props.label}
        defaultValue={props.value}
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        onInput={(event) => {
          const text = event.currentTarget.value.trim();
          clearTimeout(timer.current);
          timer.current = setTimeout(() => props.onSearch(text), TYPING_MS);
        }}
        onKeyDown={(event) => {
          const text = event.currentTarget.value.trim();
          if (event.key !== "Enter") return;
          event.preventDefault();
          clearTimeout(timer.current);
          props.onSearch(text);
          props.onEnter?.(text);
        }}
      />
      <kbd>/</kbd>
    </search>
  );
}

/** What is seen of the tab beside the open one. */
const BESIDE = 32;

/** Tabs of a list as links: each is an address. `count` null: not known yet, its place is kept. */
export function Tabs(props: {
  label: string;
  tabs: readonly {
    href: string;
    text: string;
    current: boolean;
    count?: number | null;
    tone?: "hold" | "bad";
  }[];
}) {
  const bar = useRef<HTMLElement>(null);
  const said = props.tabs.map(({ text, current, count }) => [text, current, count]).join();
  useEffect(() => {
    const all = bar.current;
    if (all === null) return;
    // A narrow bar scrolls: the tab that is open is in sight, also when counts come or a detail narrows the list.
    const show = () => {
      const tab = all.querySelector<HTMLElement>("[aria-current]");
      if (tab === null) return;
      const left = tab.offsetLeft - all.offsetLeft;
      const least = left + tab.offsetWidth + BESIDE - all.clientWidth;
      all.scrollLeft = Math.min(left - BESIDE, Math.max(all.scrollLeft, least));
    };
    show();
    const width = new ResizeObserver(show);
    width.observe(all);
    return () => width.disconnect();
  }, [said]);
  return (
    <nav ref={bar} class="tabs" aria-label={props.label}>
      {props.tabs.map(({ href, text, current, count, tone }) => (
        <a key={text} href={href} aria-current={current ? "page" : undefined}>
          {text}
          {count === null && <span class="tab-count unknown" />}
          {count !== undefined && count !== null && (
            <span class={`tab-count ${tone ?? ""}`}>{whole(count)}</span>
          )}
        </a>
      ))}
    </nav>
  );
}

/** A card with a heading of its own. */
export function Card(props: {
  title?: string;
  beside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <section class={`card ${props.class ?? ""}`}>
      {props.title !== undefined && (
        <header class="card-head">
          <h2>{props.title}</h2>
          {props.beside}
        </header>
      )}
      {props.children}
    </section>
  );
}

/** Figures side by side: label above, figure below. They wrap before one runs into the next. */
export function Figures(props: {
  figures: readonly { label: string; value: ComponentChildren; tone?: "good" | "hold" | "bad" }[];
}) {
  return (
    <dl class="figures">
      {props.figures.map(({ label, value, tone }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd class={tone}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
