import { describe, expect, test } from "bun:test";
import { COUNTERS, FIGURES, HISTOGRAMS } from "../../src/metrics.ts";
import { RUNTIME } from "../support/runtime.ts";

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string };
}
interface Panel {
  title: string;
  type: string;
  targets?: { expr: string; legendFormat: string }[];
}

const read = (name: string) => Bun.file(`docs/ops/${name}`).text();
const alerts: { groups: { rules: Rule[] }[] } = JSON.parse(
  JSON.stringify(Bun.YAML.parse(await read("alerts.yml"))),
);
const rules = alerts.groups.flatMap((group) => group.rules);
const dashboard: { panels: Panel[] } = JSON.parse(await read("grafana-dashboard.json"));
const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);

const measured: Record<string, { labels: readonly string[] }> = {
  ...COUNTERS,
  ...HISTOGRAMS,
  ...FIGURES,
  up: { labels: [] },
};
/** A histogram is asked by its parts. */
const tableName = (name: string) => name.replace(/_(?:bucket|sum|count)$/, "");
const isKnown = (name: string) =>
  name in measured && !(name in HISTOGRAMS) ? true : tableName(name) in HISTOGRAMS;

/** The metrics of a PromQL expression, each with the label names that are asked of it. */
function asked(expr: string): { name: string; labels: string[] }[] {
  const called = [...expr.matchAll(/([a-z_][a-z0-9_]*)(?:\{([^}]*)\})?/g)].filter(
    ([, name = ""]) => name.includes("_") || name === "up",
  );
  const grouped = [...expr.matchAll(/\b(?:by|without|ignoring|on)\s*\(([^)]*)\)/g)].flatMap(
    ([, list = ""]) => list.split(",").map((label) => label.trim()),
  );
  return called
    .filter(([, name = ""]) => !/^(?:group_left|histogram_quantile|rate_interval|__)/.test(name))
    .map(([, name = "", selector = ""]) => ({
      name,
      labels: [
        ...[...selector.matchAll(/([a-z_]+)\s*[=!]/g)].map(([, label = ""]) => label),
        ...grouped,
      ],
    }));
}

/** Of Prometheus itself: the target, and a histogram's bucket. */
const OWN = ["job", "instance", "le"];

describe("the dashboard and the alert rules", () => {
  const expressions = [...targets, ...rules].map(({ expr }) => expr);

  test("ask for metrics and labels that the service has, and for no other", () => {
    expect(expressions.length).toBeGreaterThan(40);
    for (const expr of expressions) {
      const metrics = asked(expr);
      expect([expr, metrics.length > 0]).toEqual([expr, true]);
      for (const { name, labels } of metrics) {
        expect([name, isKnown(name)]).toEqual([name, true]);
        const has = measured[name in measured ? name : tableName(name)]?.labels ?? [];
        expect([name, labels.filter((label) => ![...OWN, ...has].includes(label))]).toEqual([
          name,
          [],
        ]);
      }
    }
  });

  test("the dashboard shows everything that is measured", () => {
    const shown = new Set(
      targets.flatMap(({ expr }) => asked(expr)).map(({ name }) => tableName(name)),
    );
    // Which version runs is the dashboard's variable.
    const missing = Object.keys(measured).filter(
      (name) => !shown.has(name) && !["up", "sge_build_info"].includes(name),
    );
    expect(missing).toEqual([]);
  });

  test("a legend names only labels of its own query", () => {
    for (const { expr, legendFormat } of targets) {
      const labels = asked(expr).flatMap(({ name }) => measured[tableName(name)]?.labels ?? []);
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
      expect([legendFormat, named.filter((label) => !labels.includes(label))]).toEqual([
        legendFormat,
        [],
      ]);
    }
  });

  const zeros = new Map<string, readonly Record<string, string>[]>(
    Object.entries(COUNTERS).map(([name, row]) => [name, "zero" in row ? row.zero : []]),
  );

  test("an increase is computed only for series that exist from the start, so that the first event counts", () => {
    for (const { expr } of rules)
      for (const [, name = "", selector = ""] of expr.matchAll(
        /increase\(([a-z_]+)(?:\{([^}]*)\})?\[/g,
      )) {
        const zero = zeros.get(name) ?? [];
        const known = zero.some((one) =>
          Object.entries(one).every(([label, value]) => selector === `${label}="${value}"`),
        );
        expect([expr, known || name in FIGURES]).toEqual([expr, true]);
      }
  });

  test("every alert rule has a severity and a text for people", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { labels, annotations } of rules) {
      expect(["critical", "warning", "info"]).toContain(labels.severity);
      expect(annotations.summary.length).toBeGreaterThan(20);
    }
  });
});

test("the unit of systemd gives the runtime the settings that `bun run start` gives", async () => {
  const given = (await read("sge.service")).matchAll(/^Environment=(BUN_JSC_\w+)=(.+)$/gm);
  expect(Object.fromEntries(given.map(([, name, value]) => [name, value]))).toEqual({ ...RUNTIME });
  expect(Object.keys(RUNTIME)).not.toBeEmpty();
});
