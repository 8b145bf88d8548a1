import { signal } from "@preact/signals";

/** Whether the last request reached the service, or the browser says that there is a network again. */
export const online = signal(navigator.onLine);

addEventListener("online", () => {
  online.value = true;
});
addEventListener("offline", () => {
  online.value = false;
});
