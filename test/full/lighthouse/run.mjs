/**
 * Looks at pages of a service as Lighthouse does (mobile: simulated slow 4G and a slower processor), and prints for each its scores
 * of 100 and the audits that are not whole. Runs under Node. Arguments: the service, the port of a browser, a cookie, paths.
 * What does not depend on luck: of the looks at a page the one counts that Lighthouse's own `computeMedianRun` takes; a processor
 * that is slower than Lighthouse expects is slowed down less, as its guide to throttling asks for; and a look during which other
 * programs held the processor says nothing of the page's speed. Where too few are left, `performance` is null.
 */
import { cpus } from "node:os";
import lighthouse from "lighthouse";
import { computeMedianRun } from "lighthouse/core/lib/median-run.js";

const LOOKS = 3;
const MOST_LOOKS = 5;
/** A look leaves more of two processors idle than this, where nothing else runs. */
const LEAST_IDLE = 0.25;
/** Lighthouse's own slowdown, for a processor of 1,533 or more. */
const MOST_SLOWDOWN = 4;

const [service, port, cookie, ...paths] = process.argv.slice(2);
const indexes = [];

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** How much a processor is slowed down to be a phone's, by Lighthouse's index of it: the line of Lighthouse's CPU throttling calculator. */
function slowdown() {
  const index = median(indexes) ?? 1_533;
  const times =
    index >= 1_300
      ? 3 + (index - 1_300) / 233
      : index >= 800
        ? 2 + (index - 800) / 500
        : 1 + (index - 150) / 650;
  return Math.max(1, Math.min(MOST_SLOWDOWN, times));
}

/** Time of all processors since the start, ms: idle, and in all. */
function times() {
  const each = cpus().map(({ times: of }) => of);
  const sum = (all) => all.reduce((a, b) => a + b, 0);
  return {
    idle: sum(each.map(({ idle }) => idle)),
    all: sum(each.map((of) => sum(Object.values(of)))),
  };
}

/** One look, and whether its figures of speed are those of the page. */
async function look(path, onlyCategories) {
  const begun = times();
  const { lhr } = await lighthouse(
    `${service}${path}`,
    {
      port: Number(port),
      output: "json",
      logLevel: "error",
      onlyCategories,
      extraHeaders: path === "/entrar" ? {} : { Cookie: cookie },
    },
    {
      extends: "lighthouse:default",
      settings: {
        throttling: {
          rttMs: 150,
          throughputKbps: 1.6 * 1024,
          requestLatencyMs: 0,
          downloadThroughputKbps: 0,
          uploadThroughputKbps: 0,
          cpuSlowdownMultiplier: slowdown(),
        },
      },
    },
  );
  indexes.push(lhr.environment.benchmarkIndex);
  const ended = times();
  const idle = (ended.idle - begun.idle) / (ended.all - begun.all);
  const has = ["first-contentful-paint", "interactive"].every((id) =>
    Number.isFinite(lhr.audits[id]?.numericValue),
  );
  return { lhr, counts: has && idle >= LEAST_IDLE, idle };
}

const score = ({ categories }, category) => Math.round((categories[category].score ?? 0) * 100);

/** Audits of a look that are not whole. */
const named = ({ categories, audits }) =>
  Object.values(categories)
    .flatMap(({ auditRefs }) => auditRefs)
    .filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 0.9)
    .map(({ id }) => `${id} ${audits[id].displayValue ?? ""}`.trim());

// The first look at the machine: its index is the calibration of those that count.
await look("/entrar", ["performance"]);
const seen = [];
for (const path of paths) {
  const first = await look(path, ["performance", "accessibility", "best-practices"]);
  const looks = [first];
  const counted = () => looks.filter(({ counts }) => counts).map(({ lhr }) => lhr);
  while (counted().length < LOOKS && looks.length < MOST_LOOKS)
    looks.push(await look(path, ["performance"]));
  const middle = counted().length < LOOKS ? null : computeMedianRun(counted());
  seen.push({
    path: new URL(first.lhr.finalDisplayedUrl).pathname,
    performance: middle === null ? null : score(middle, "performance"),
    each: looks.map(
      ({ lhr, idle }) => `${score(lhr, "performance")} (${Math.round(idle * 100)} % idle)`,
    ),
    accessibility: score(first.lhr, "accessibility"),
    practices: score(first.lhr, "best-practices"),
    named: named(middle ?? first.lhr),
  });
}
console.log(JSON.stringify({ index: Math.round(median(indexes)), seen }));
