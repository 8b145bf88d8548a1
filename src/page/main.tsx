import { render } from "preact";
import { LocationProvider } from "preact-iso/router";
import { App } from "./app.tsx";
import "./base/theme.ts";
import { serveOffline } from "./offline.ts";

/** Links that the browser follows by itself: files of the API. */
const OURS = /^\/(?!api\/|assets\/|openapi)/;

const root = document.querySelector("#app");
if (root !== null)
  render(
    <LocationProvider scope={OURS}>
      <App />
    </LocationProvider>,
    root,
  );
void serveOffline();
