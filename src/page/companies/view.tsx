import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { OverviewSchema } from "../../http/routes/notes/overview.ts";
import { useAddress } from "../base/address.ts";
import { useOld } from "../base/live.ts";
import { notifyFault } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { count, plain } from "../base/say.ts";
import { me, switchCompany } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Search, Tabs, View } from "../parts/view.tsx";
import { Closing } from "./closing.tsx";
import { Companies, type Company } from "./list.tsx";

/** Rows of the first list. */
const FIRST = 50;
/** The feed tells only of the company that is open: the others are read again so often while the page is in sight. */
const AGAIN_MS = 60_000;

/** Empresas: what waits in each company of the person, and the way into it. */
export default function CompaniesView() {
  const address = useAddress();
  const overview = useRead<z.infer<typeof OverviewSchema>>("/api/overview");
  const [shown, setShown] = useState(FIRST);
  const [going, setGoing] = useState<number | null>(null);
  useOld(["nfe.", "mail"], overview.again);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || overview.again(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [overview.again]);
  const search = address.param("busca");
  const waiting = address.param("ver") === "esperando";
  const closing = address.param("ver") === "fechamento";
  const all = overview.value?.companies ?? [];
  const many = overview.value === null ? null : all.filter(isWaiting).length;
  const found = all.filter((one) => isFound(one, search) && (!waiting || isWaiting(one)));
  const open = (company: number, to: string) => {
    if (going !== null) return;
    if (company === me.value?.company.id) return address.go(to);
    setGoing(company);
    switchCompany(company).then(
      () => location.assign(to),
      (fault) => {
        setGoing(null);
        notifyFault(fault);
      },
    );
  };
  return (
    <View
      title="Empresas"
      beside={
        <Search
          label="Buscar por nome ou CNPJ"
          value={search}
          onSearch={(busca) => address.set({ busca }, true)}
        />
      }
    >
      <Tabs
        label="Que empresas"
        tabs={[
          {
            href: address.with({ ver: "" }),
            text: "Todas",
            current: !waiting && !closing,
            count: overview.value === null ? null : all.length,
          },
          {
            href: address.with({ ver: "esperando" }),
            text: "Precisam de você",
            current: waiting,
            ...(many === 0 ? {} : { count: many, tone: "hold" as const }),
          },
          {
            href: address.with({ ver: "fechamento" }),
            text: "Fechamento do mês",
            current: closing,
          },
        ]}
      />
      <ErrorBar fault={overview.fault} again={overview.again} />
      {overview.value === null && overview.fault === null && <Skeleton lines={4} />}
      {overview.value !== null && found.length === 0 && (
        <Empty
          icon={search === "" ? "check" : "search"}
          title={
            search === ""
              ? "Nenhuma empresa espera por você."
              : "Nenhuma empresa com este nome ou CNPJ."
          }
        />
      )}
      {found.length > 0 && closing && <Closing companies={found} onOpen={open} />}
      {found.length > 0 && !closing && (
        <Companies companies={found.slice(0, shown)} going={going} onOpen={open} />
      )}
      {found.length > shown && !closing && (
        <p class="companies-more">
          <Button onClick={() => setShown(shown + FIRST)}>
            {`Mostrar mais (${count(found.length - shown, "empresa", "empresas")})`}
          </Button>
        </p>
      )}
    </View>
  );
}

const isWaiting = ({ ready, held, mailbox }: Company): boolean =>
  ready + held > 0 || mailbox.state === "failing";

/** By parts of the name, without case or accents, or by the CNPJ with or without its points. */
function isFound({ name, cnpjs }: Company, search: string): boolean {
  if (plain(name).includes(plain(search))) return true;
  const digits = search.replaceAll(/[^\p{L}\p{N}]/gu, "").toUpperCase();
  return digits !== "" && cnpjs.some((cnpj) => cnpj.includes(digits));
}
