import { useEffect } from "preact/hooks";
import type { z } from "zod";
import type { ExportSchema } from "../../http/routes/exports/exports.ts";
import type { JobSummarySchema } from "../../http/views/job-view.ts";
import { useAct } from "../base/act.ts";
import { ask } from "../base/ask.ts";
import { useOld } from "../base/live.ts";
import { notifyFault } from "../base/notices.ts";
import { type Read, useRead } from "../base/read.ts";
import { count, day, moment } from "../base/say.ts";
import { may, me } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { KINDS } from "./kinds.ts";

type Export = z.infer<typeof ExportSchema>;
export type Jobs = Read<{ data: readonly z.infer<typeof JobSummarySchema>[] }>;

/** Three at first: each is one more request. */
const FEW = 3;
const MANY = 20;

/** The exports of the company that were prepared in the background, the newest first. */
export function useJobs(many: boolean): Jobs {
  return useRead(`/api/jobs?kind=export&limit=${many ? MANY : FEW}`);
}

export function JobList(props: { jobs: Jobs; many: boolean; onMany: () => void }) {
  const { jobs } = props;
  const made = jobs.value?.data ?? [];
  if (jobs.value !== null && made.length === 0) return null;
  return (
    <Card title="Preparados em segundo plano" class="exports-jobs">
      <ErrorBar fault={jobs.fault} again={jobs.again} />
      <ul>
        {made.map(({ id }) => (
          <JobRow key={id} id={id} onGone={jobs.again} />
        ))}
      </ul>
      {!props.many && made.length === FEW && (
        <Button small kind="plain" onClick={props.onMany}>
          Mostrar mais
        </Button>
      )}
    </Card>
  );
}

const ASK_MS = 1_000;

function JobRow({ id, onGone }: { id: string; onGone: () => void }) {
  const read = useRead<Export>(`/api/exports/${id}`);
  useOld(["export.", "job."], read.again);
  const act = useAct();
  const one = read.value;
  const works = one?.state === "queued" || one?.state === "running";
  useEffect(() => {
    if (!works) return;
    const timer = setInterval(read.again, ASK_MS);
    return () => clearInterval(timer);
  }, [works, read.again]);
  if (one === null) return read.fault === null ? <li class="exports-job bone" /> : null;
  const name = nameOf(one);
  const mayRemove = may("manage") || (may("operate") && me.value?.user.id === one.created_by);
  const remove = () =>
    act.run(() =>
      ask(`/api/exports/${id}`, { method: "DELETE" }).then(onGone, notifyFault).then(read.again),
    );
  return (
    <li class="exports-job">
      <div>
        <b>{name}</b>
        <span class="row-more">
          {`${periodText(one)}pedido em ${moment(one.created_at)}`}
          {one.state === "done" && one.expires_at !== null && ` · fica até ${day(one.expires_at)}`}
        </span>
      </div>
      <State job={one} />
      <div class="exports-job-acts">
        {one.file !== null && (
          <a class="button line small" href={one.file} download>
            Baixar
          </a>
        )}
        {mayRemove && one.state !== "cancelled" && (
          <Button
            icon={works ? "x" : "trash-2"}
            kind="plain"
            bare
            small
            busy={act.busy}
            onClick={remove}
          >
            {works ? `Cancelar ${name}` : `Apagar ${name}`}
          </Button>
        )}
      </div>
    </li>
  );
}

/** How far it is: a bar while rows are written, then what became of it. */
function State({ job }: { job: Export }) {
  switch (job.state) {
    case "done":
      return (
        <Badge tone="good" icon="check" text={`Pronto · ${count(job.rows, "linha", "linhas")}`} />
      );
    case "cancelled":
      return <Badge tone="plain" icon="ban" text="Cancelado" />;
    case "failed":
      return (
        <Badge tone="bad" icon="circle-x" text={`Não deu certo (${job.failure?.code ?? "?"})`} />
      );
    default:
      return (
        <label class="exports-progress small quiet">
          {job.state === "queued" ? "Na fila" : count(job.rows, "linha", "linhas")}
          <progress max={1} value={job.progress} />
        </label>
      );
  }
}

const nameOf = (job: Export): string =>
  job.type === "supplier-items"
    ? "De-para"
    : (KINDS.find(({ kind }) => kind === job.type)?.name ?? job.type);

/** The filter of a job in words: `01/10/2026 a 31/10/2026 · `. */
function periodText({ filters }: Export): string {
  const text = (name: string) => (typeof filters[name] === "string" ? filters[name] : null);
  const [from, to, date] = [text("from"), text("to"), text("date")];
  if (date !== null) return `${day(date)} · `;
  if (from === null && to === null) return "";
  return `${from === null ? "até" : day(from)} ${from !== null && to !== null ? "a " : ""}${to === null ? "em diante" : day(to)} · `;
}
