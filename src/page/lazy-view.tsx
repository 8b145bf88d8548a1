import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ErrorBar, Skeleton } from "./parts/states.tsx";
import { View } from "./parts/view.tsx";
import type { Place } from "./places.ts";

/** Where the build put the style sheet of each folder (src/tools/build-page.ts). */
declare const STYLES: Readonly<Record<string, string>>;

type Load = () => Promise<{ default: ComponentType }>;

/** Each view is read when it is first opened. A new one gets its line here and in places.ts. */
const LOADS: Record<Place["folder"], Load> = {
  notes: () => import("./notes/view.tsx"),
  stock: () => import("./stock/view.tsx"),
  mapping: () => import("./mapping/view.tsx"),
  panel: () => import("./panel/view.tsx"),
  count: () => import("./count/view.tsx"),
  exports: () => import("./exports/view.tsx"),
  admin: () => import("./admin/view.tsx"),
  companies: () => import("./companies/view.tsx"),
  account: () => import("./account/view.tsx"),
};

const RELOADED = "sge.reloaded";
const loaded = new Map<Place["folder"], ComponentType>();

/** The view of a folder with its style sheet. A version that was replaced meanwhile has lost its files: the page is loaded again, once. */
async function load(folder: Place["folder"]): Promise<ComponentType> {
  try {
    const [module] = await Promise.all([LOADS[folder](), styled(folder)]);
    loaded.set(folder, module.default);
    sessionStorage.removeItem(RELOADED);
    return module.default;
  } catch (fault) {
    if (navigator.onLine && sessionStorage.getItem(RELOADED) === null) {
      sessionStorage.setItem(RELOADED, "1");
      location.reload();
      return new Promise(() => {});
    }
    throw fault;
  }
}

/** Reads the style sheet of a folder, once. */
export function styled(folder: string): Promise<void> {
  const href = STYLES[folder];
  if (href === undefined || document.querySelector(`link[href="${href}"]`) !== null)
    return Promise.resolve();
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = href;
    link.onload = () => resolve();
    link.onerror = () => {
      link.remove();
      reject(new Error("style sheet"));
    };
    document.head.append(link);
  });
}

/** Reads a view before it is needed: the pointer is over its link. */
export const preload = (folder: Place["folder"]): void => void load(folder).catch(() => undefined);

export function LazyView({ place }: { place: Place }) {
  const [, setRead] = useState(0);
  const [failed, setFailed] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const Loaded = loaded.get(place.folder);
  useEffect(() => {
    if (Loaded !== undefined) return;
    let here = true;
    load(place.folder).then(
      () => here && setRead((many) => many + 1),
      () => here && setFailed(place.folder),
    );
    return () => {
      here = false;
    };
  }, [place, tries, Loaded]);
  if (Loaded !== undefined) return <Loaded key={place.folder} />;
  return (
    <View title={place.name}>
      {failed === place.folder ? (
        <ErrorBar
          fault={new Error("view")}
          again={() => {
            setFailed(null);
            setTries(tries + 1);
          }}
        />
      ) : (
        <Skeleton />
      )}
    </View>
  );
}
