import { useEffect, useRef } from "preact/hooks";
import { give, givenOf } from "../base/intake.ts";
import { may } from "../base/session.ts";
import { Button } from "./button.tsx";

export const LIMITS = "XMLs, pastas ou ZIPs · até 500 notas e 50 MB por ZIP, 10 MB por XML";

/** "Pasta" and "Enviar notas": what is chosen goes to the tray. Not there for who may only read. */
export function SendFiles({ kind = "main" }: { kind?: "main" | "line" }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  if (!may("operate")) return null;
  useEffect(() => folder.current?.setAttribute("webkitdirectory", ""), []);
  const chosen = (event: Event & { currentTarget: HTMLInputElement }) => {
    const input = event.currentTarget;
    give(givenOf(input.files ?? []));
    // The same file may be chosen again.
    input.value = "";
  };
  return (
    <>
      <input
        ref={files}
        type="file"
        hidden
        multiple
        accept=".xml,.zip,text/xml,application/xml,application/zip"
        aria-label="Arquivos XML ou ZIP"
        onChange={chosen}
      />
      <input ref={folder} type="file" hidden aria-label="Pasta com XMLs" onChange={chosen} />
      <Button
        icon="folder"
        kind="plain"
        class="desk"
        title={`Enviar uma pasta inteira (${LIMITS})`}
        onClick={() => folder.current?.click()}
      >
        Pasta
      </Button>
      <Button icon="upload" kind={kind} title={LIMITS} onClick={() => files.current?.click()}>
        Enviar notas
      </Button>
    </>
  );
}
