import { test } from "bun:test";
import { testInFull } from "../support/full.ts";
import { noBrowser } from "./browser.ts";

/** A test that drives a browser, in `check:full` alone; skipped where there is none. */
export const inBrowser = noBrowser === null ? testInFull : test.skip;
