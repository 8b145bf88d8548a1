import { testInFullUnless } from "../support/full.ts";
import { noBrowser } from "./browser.ts";

/**
 * A test that drives a browser. `check:full` runs it; `check` skips it, and a machine without Chromium, whose skipped tests say so
 * in their titles.
 */
export const inBrowser = testInFullUnless(noBrowser);
