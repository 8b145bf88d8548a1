import { useState } from "preact/hooks";
import { useAddress } from "../base/address.ts";
import { Icon } from "../parts/icon.tsx";
import { Split, Tabs, View } from "../parts/view.tsx";
import { Closing } from "./closing.tsx";
import { JobList, useJobs } from "./jobs.tsx";
import { KINDS } from "./kinds.ts";
import { Order } from "./order.tsx";

/** Exportações: files of the company, at once or prepared in the background; and the closing of a month. */
export default function ExportsView() {
  const { param } = useAddress();
  const closing = param("ver") === "fechamento";
  return (
    <View title="Exportações">
      <div class="exports">
        <Tabs
          label="Exportações"
          tabs={[
            { href: "/exportacoes", text: "Arquivos", current: !closing },
            {
              href: "/exportacoes?ver=fechamento",
              text: "Fechamento do mês",
              current: closing,
            },
          ]}
        />
        {closing ? <Closing /> : <Files />}
      </div>
    </View>
  );
}

function Files() {
  const address = useAddress();
  const open = address.param("tipo");
  const file = KINDS.find(({ kind }) => kind === open);
  const [many, setMany] = useState(false);
  const jobs = useJobs(many);
  return (
    <>
      <Split
        list={
          <ul class="exports-kinds">
            {KINDS.map((one) => (
              <li key={one.kind} class={one === file ? "is-open" : ""}>
                <a
                  href={address.with({ tipo: one.kind })}
                  aria-current={one === file ? "true" : undefined}
                >
                  <Icon name={one.icon} />
                  <span>
                    <b>{one.name}</b>
                    <span class="row-more">{one.says}</span>
                  </span>
                </a>
              </li>
            ))}
          </ul>
        }
        detail={
          file === undefined ? null : (
            <Order
              key={file.kind}
              file={file}
              onClose={() => address.set({ tipo: "" })}
              onOrdered={jobs.again}
            />
          )
        }
      />
      <JobList jobs={jobs} many={many} onMany={() => setMany(true)} />
    </>
  );
}
