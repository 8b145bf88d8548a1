import { createApp } from "../../src/app.ts";
import { trusted } from "../../src/lib/cast.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { NoteStream } from "../../src/synthetic/note-stream.ts";
import type { TestApp } from "../support/app.ts";

/** An answer that was read to its end; status 0 where it was cut off. */
export interface Ended {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
}

/** One act that is recorded once and then repeated with every fault. */
export interface Scenario {
  readonly name: string;
  /** Documents of one run. */
  readonly notes: number;
  /** Prepares the state before the act. */
  prepare?(run: Run): Promise<void>;
  /** The act itself, over ports that may have a fault. */
  act(run: Run, over: Partial<Ports>): Promise<Ended>;
  /** What a client does that got no success; the ports have no fault then. */
  repeat(run: Run): Promise<Ended>;
  /** Whether an act with this answer is done, so that a client does not repeat it. */
  done(ended: Ended): boolean;
}

/** One app for all runs; each request brings its ports, as on Workers. */
const app = createApp((bindings) => trusted<{ ports: Ports }>(bindings).ports);

/** One run of a scenario, with its own documents. */
export class Run {
  readonly notes: readonly { readonly accessKey: string; readonly xml: string }[];

  constructor(
    readonly service: TestApp,
    scenario: Scenario,
    stream: NoteStream,
  ) {
    this.notes = Array.from({ length: scenario.notes }, () => stream.next());
  }

  get note() {
    return this.notes[0] ?? { accessKey: "", xml: "" };
  }

  /** A request as an OPERADOR, over the service's ports with `over` in place of some. */
  async send(
    over: Partial<Ports>,
    method: string,
    path: string,
    body?: string | FormData,
  ): Promise<Ended> {
    const { service } = this;
    const ports = { ...service.ports, ...over };
    const headers = {
      authorization: `Bearer ${service.tokenOf("OPERADOR")}`,
      ...(typeof body === "string" ? { "content-type": "application/xml" } : {}),
    };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    const answer = await app.request(path, init, { ports });
    const text = await answer.text().catch(() => null);
    const code = /"code":"([\w.]+)"/.exec(text ?? "")?.[1] ?? null;
    return { status: text === null ? 0 : answer.status, code, text: text ?? "" };
  }

  /** The notes, and a file that is none, as a form. */
  form(): FormData {
    const form = new FormData();
    for (const { accessKey, xml } of this.notes)
      form.append("files", new File([xml], `${accessKey}.xml`));
    form.append("files", new File(["<x"], "torta.xml"));
    return form;
  }
}

const WELL: Partial<Ports> = {};
const ok = ({ status }: Ended) => status === 200;
const known = ({ status, code }: Ended) => status === 200 || code === "nfe.duplicate";

const upload = (query: string) => (run: Run, over: Partial<Ports>) =>
  run.send(over, "POST", `/api/nfe/upload${query}`, run.note.xml);
const process = (run: Run, over: Partial<Ports>) =>
  run.send(over, "POST", `/api/nfes/${run.note.accessKey}/process`, undefined);
export const batch = (query: string) => (run: Run, over: Partial<Ports>) =>
  run.send(over, "POST", `/api/nfe/batch?approve=true${query}`, run.form());

/** Each document said what became of it, and none that it should come again. */
const settled = ({ status, text }: Ended) =>
  status === 200 && !/"code":"(overloaded|storage\.\w+|internal|deadline)"/.test(text);

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "upload",
    notes: 1,
    act: upload(""),
    repeat: (run) => upload("")(run, WELL),
    done: known,
  },
  {
    name: "upload and approve",
    notes: 1,
    act: upload("?approve=true"),
    repeat: async (run) => {
      const again = await upload("?approve=true")(run, WELL);
      return again.code === "nfe.duplicate" ? process(run, WELL) : again;
    },
    done: ({ status, text }) => status === 200 && text.includes("PROCESSADA"),
  },
  {
    name: "approve",
    notes: 1,
    async prepare(run) {
      await upload("")(run, WELL);
    },
    act: process,
    repeat: (run) => process(run, WELL),
    done: ok,
  },
  {
    name: "batch",
    notes: 3,
    act: batch(""),
    repeat: (run) => batch("")(run, WELL),
    done: settled,
  },
  {
    name: "export",
    notes: 0,
    act: (run, over) => run.send(over, "GET", "/api/export/movements"),
    repeat: (run) => run.send(WELL, "GET", "/api/export/movements"),
    done: ok,
  },
  {
    name: "async batch",
    notes: 2,
    act: batch("&async=true"),
    repeat: (run) => batch("&async=true")(run, WELL),
    done: ({ status }) => status === 202,
  },
];
