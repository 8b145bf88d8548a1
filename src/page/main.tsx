import { render } from "preact";
import { LocationProvider } from "preact-iso/router";
import { App } from "./app.tsx";
import "./base/theme.ts";
import { preload } from "./lazy-view.tsx";
import { serveWhenQuiet } from "./offline.ts";
import { placeOf } from "./places.ts";

/** Links that the browser follows by itself: files of the API. */
const OURS = /^\/(?!api\/|assets\/|openapi)/;

// The view travels while GET /api/session is answered.
const place = placeOf(location.pathname);
if (place !== null) preload(place.folder);

const root = document.querySelector("#app");
if (root !== null)
  render(
    <LocationProvider scope={OURS}>
      <App />
    </LocationProvider>,
    root,
  );
serveWhenQuiet();
