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
    // An element that appears under the pointer is entered again: that refuses the drop unless it is allowed there too.
    const allow = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
      setOver(true);
    };
    // Children of the page report leaving too, and one that is taken away reports none: only the window's own end counts.
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      setOver(false);
      if (may("operate")) filesOfDrop(event.dataTransfer).then(give, notifyFault);
      else notify("Seu perfil não permite enviar notas.", { tone: "bad" });
    };
    addEventListener("dragenter", allow);
    addEventListener("dragleave", leave);
    addEventListener("dragover", allow);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", allow);
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
