import type { ComponentChildren, Ref } from "preact";
import { Icon, type IconName } from "./icon.tsx";

interface ButtonProps {
  readonly icon?: IconName;
  /** `main`: what the person came for, one in a view. `plain`: without a border. `danger`: it cannot be undone. */
  readonly kind?: "main" | "line" | "plain" | "danger";
  /** Only the icon is shown; the text is its label. */
  readonly bare?: boolean;
  readonly small?: boolean;
  /** Its work is on its way: it does nothing, keeps the focus, and shows it. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  /** It shows and hides something: whether that is shown. */
  readonly expanded?: boolean;
  readonly type?: "button" | "submit";
  readonly onClick?: (event: MouseEvent) => void;
  readonly children: ComponentChildren;
  readonly buttonRef?: Ref<HTMLButtonElement>;
  readonly popovertarget?: string;
  readonly class?: string;
  readonly title?: string;
}

export function Button(props: ButtonProps) {
  const { icon, kind = "line", bare = false, small = false, busy = false, children } = props;
  const label = bare && typeof children === "string" ? children : undefined;
  return (
    <button
      ref={props.buttonRef}
      type={props.type ?? "button"}
      class={`button ${kind}${bare ? " bare" : ""}${small ? " small" : ""} ${props.class ?? ""}`}
      disabled={props.disabled}
      aria-busy={busy ? "true" : undefined}
      aria-expanded={props.expanded}
      aria-label={label}
      title={props.title ?? label}
      popovertarget={props.popovertarget}
      onClick={(event) => {
        if (busy) return event.preventDefault();
        props.onClick?.(event);
      }}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      {bare ? null : <span>{children}</span>}
    </button>
  );
}
