import { useLocation } from "preact-iso/router";

/** The address as the state of a view: reload, back and a link that was sent give the same view. */
export interface Address {
  readonly path: string;
  /** A parameter; "" where there is none. */
  param(name: string): string;
  /** The same place with other parameters; "" removes one. `replace`: no step for the back button (typing a search). */
  set(changed: Readonly<Record<string, string>>, replace?: boolean): void;
  /** The address that `set` would go to, for links. */
  with(changed: Readonly<Record<string, string>>): string;
  go(url: string, replace?: boolean): void;
}

export function useAddress(): Address {
  const { path, query, route } = useLocation();
  const changedTo = (changed: Readonly<Record<string, string>>): string => {
    const params = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changed))
      if (value === "") params.delete(name);
      else params.set(name, value);
    const text = params.toString();
    return text === "" ? path : `${path}?${text}`;
  };
  return {
    path,
    param: (name) => query[name] ?? "",
    set: (changed, replace = false) => route(changedTo(changed), replace),
    with: changedTo,
    go: route,
  };
}
