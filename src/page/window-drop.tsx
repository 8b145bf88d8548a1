import { useEffect, useState } from "preact/hooks";
import { filesOfDrop, give } from "./base/intake.ts";
import { notify, notifyFault } from "./base/notices.ts";
import { may } from "./base/session.ts";
import { Icon } from "./parts/icon.tsx";
import { LIMITS } from "./parts/send-files.tsx";

const hasFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes("Files") === true;

/** The whole window takes files, on every place. While they are over it, it says what may be dropped. */
export function WindowDrop() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    // Children of the page report entering and leaving too.
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const allow = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      if (may("operate")) filesOfDrop(event.dataTransfer).then(give, notifyFault);
      else notify("Seu perfil não permite enviar notas.", { tone: "bad" });
    };
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", allow);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", allow);
      removeEventListener("drop", drop);
    };
  }, []);
  if (!over || !may("operate")) return null;
  return (
    <div class="drop-here">
      <p>
        <Icon name="upload" size={32} />
        <b>Solte para conferir</b>
        <span>{LIMITS}</span>
      </p>
    </div>
  );
}
