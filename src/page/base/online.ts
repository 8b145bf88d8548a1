import { signal } from "@preact/signals";

/** Whether the browser has a network. */
export const network = signal(navigator.onLine);

/** Whether the last request reached the service, or the browser says that there is a network again. */
export const online = signal(navigator.onLine);

addEventListener("online", () => {
  network.value = online.value = true;
});
addEventListener("offline", () => {
  network.value = online.value = false;
});
