import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ErrorBar, Skeleton } from "./states.tsx";

/** A part of a view whose program is read when it is first shown; it cannot be read: a bar with "Tentar de novo". */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return (props: P) => {
    const [, setRead] = useState(0);
    const [fault, setFault] = useState<unknown>(null);
    useEffect(() => {
      if (loaded !== null || fault !== null) return;
      load().then((part) => {
        loaded = part;
        setRead((many) => many + 1);
      }, setFault);
    }, [fault]);
    const Part = loaded;
    if (Part !== null) return <Part {...props} />;
    return fault === null ? <Skeleton /> : <ErrorBar fault={fault} again={() => setFault(null)} />;
  };
}
