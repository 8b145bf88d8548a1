import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Address, useAddress } from "../base/address.ts";
import { useKeys } from "../base/keys.ts";
import { useListReader } from "../base/list-reader.ts";
import { useOld } from "../base/live.ts";
import { notifyFault } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { count, masked, whole } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { later } from "../parts/later.tsx";
import { SendFiles } from "../parts/send-files.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { Search, Split, Tabs, View } from "../parts/view.tsx";
import type { ApprovalLine, Note, NoteCounts } from "./answers.ts";
import { approveMany, approveOne, keysOf, MOST_AT_ONCE } from "./approve.ts";
import { NoteDetailView } from "./detail.tsx";
import { Filters } from "./filters.tsx";
import { NoteList } from "./list.tsx";
import { ANNOUNCED, isFiltered, listPath, shownBy, tabsOf } from "./tabs.ts";

const NONE: ReadonlySet<string> = new Set();

const AnnouncedView = later(() => import("./announced.tsx").then((part) => part.AnnouncedView));

/** Notas: what waits, what is held and why, what is in stock, and what the tax office announces; a note beside the list. */
export default function NotesView() {
  const address = useAddress();
  return address.param("ver") === ANNOUNCED ? <AnnouncedView /> : <OwnNotes address={address} />;
}

function OwnNotes({ address }: { address: Address }) {
  const shown = shownBy(address.param("ver"));
  const open = address.param("nota");
  const path = listPath(address, shown);
  const reader = useListReader<Note>(path);
  const counts = useRead<NoteCounts>("/api/nfes/counts");
  const [marked, setMarked] = useState(NONE);
  const busy = useSignal(NONE);
  const again = () => {
    void reader.readAgain();
    counts.again();
  };
  useOld(["nfe.", "supplier_item.", "company.", "events."], again);
  useEffect(() => setMarked(NONE), [path]);
  const close = () => address.set({ nota: "" });
  const approve = (note: Note) => {
    const key = note.access_key;
    if (busy.value.has(key)) return;
    busy.value = new Set([...busy.value, key]);
    const next = keyBeside(key);
    approveOne(key)
      .then(() => {
        if (next !== null && rowHasFocus(key)) focusRow(next);
        reader.rows.value = reader.rows.value.filter(({ access_key }) => access_key !== key);
      }, notifyFault)
      .finally(() => {
        busy.value = new Set([...busy.value].filter((one) => one !== key));
        again();
      });
  };
  const many = useApproveMany(() => {
    setMarked(NONE);
    again();
  });
  const focused = () => {
    const key = document.activeElement?.closest("[data-key]")?.getAttribute("data-key");
    return reader.rows.value.find(({ access_key }) => access_key === key);
  };
  useKeys(
    may("operate") && open === ""
      ? {
          a: () => {
            const note = focused();
            if (marked.size > 0) many.start([...marked]);
            else if (note?.status === "PENDENTE" && note.holds.length === 0) approve(note);
          },
        }
      : {},
  );
  const mark = (key: string) => {
    const changed = new Set(marked);
    if (!changed.delete(key)) changed.add(key);
    setMarked(changed);
  };
  // The counts come while the rows are made: fifty rows are not made again for them.
  const isNew = counts.value !== null && Object.values(counts.value).every((many) => many === 0);
  const list = useMemo(
    () => (
      <NoteList
        address={address}
        shown={shown}
        reader={reader}
        marked={marked}
        onMark={mark}
        onApprove={approve}
        busy={busy.value}
        isNew={isNew}
      />
    ),
    [address.with({}), reader, marked, busy.value, isNew],
  );
  const ready = counts.value?.ready ?? 0;
  const all = shown.ver === "" && may("operate") && ready > 0 && !isFiltered(address);
  return (
    <View
      title="Notas"
      beside={
        <>
          <div class={`notes-beside${open === "" ? "" : " is-behind"}`}>
            <Search
              label="Fornecedor, número ou chave"
              value={address.param("busca")}
              onSearch={(busca) => address.set({ busca }, true)}
            />
          </div>
          <SendFiles kind={all || marked.size > 0 ? "line" : "main"} />
        </>
      }
    >
      <Split
        list={
          <div class="notes-list">
            <Tabs label="Situação das notas" tabs={tabsOf(address, shown, counts.value)} />
            <div class="notes-acts">
              <Filters key={address.param("ver")} address={address} shown={shown} />
              <div class="notes-act">
                {marked.size > 0 ? (
                  <>
                    <Button kind="plain" onClick={() => setMarked(NONE)}>
                      Desmarcar
                    </Button>
                    <Button
                      kind="main"
                      icon="check"
                      busy={many.busy}
                      onClick={() => many.start([...marked])}
                    >
                      {marked.size === 1
                        ? "Aprovar a marcada"
                        : `Aprovar as ${marked.size} marcadas`}
                    </Button>
                  </>
                ) : (
                  all && (
                    <Button
                      kind={open === "" ? "main" : "line"}
                      icon="check"
                      busy={many.busy}
                      onClick={() => many.ask(ready)}
                    >
                      {ready === 1 ? "Aprovar a pronta" : `Aprovar as ${whole(ready)} prontas`}
                    </Button>
                  )
                )}
              </div>
            </div>
            <p class="hidden" role="status">
              {marked.size > 0 && count(marked.size, "nota marcada", "notas marcadas")}
            </p>
            {many.said !== "" && (
              <p class="note-say small" role="status">
                {many.said}
              </p>
            )}
            <ErrorBar fault={counts.fault} again={counts.again} />
            {list}
            {reader.rows.value.length > 0 && (
              <p class="notes-keys small quiet desk">
                <kbd>j</kbd> <kbd>k</kbd> andar · <kbd>Enter</kbd> abrir
                {shown.ver === "" && may("operate") && (
                  <>
                    {" · "}
                    <kbd>x</kbd> marcar · <kbd>a</kbd> aprovar
                  </>
                )}
              </p>
            )}
          </div>
        }
        detail={
          open === "" ? null : (
            <NoteDetailView key={open} accessKey={open} onClose={close} onChanged={again} />
          )
        }
      />
      {many.dialogs}
    </View>
  );
}

/** The approval of many: asked first when it is all of them, shown while it goes on, and each refusal with its reason. */
function useApproveMany(done: () => void) {
  const [asking, setAsking] = useState(0);
  const [said, setSaid] = useState("");
  const [refused, setRefused] = useState<readonly ApprovalLine[]>([]);
  const works = useRef(false);
  const start = async (keys: readonly string[]) => {
    if (works.current || keys.length === 0) return;
    works.current = true;
    setSaid(`Aprovando ${count(keys.length, "nota", "notas")}…`);
    try {
      setRefused(
        await approveMany(keys, (many) => setSaid(`Aprovando: ${many} de ${keys.length}…`)),
      );
    } finally {
      works.current = false;
      setSaid("");
      done();
    }
  };
  const dialogs = (
    <>
      {asking > 0 && (
        <Confirm
          title={
            asking === 1 ? "Aprovar a nota pronta?" : `Aprovar as ${whole(asking)} notas prontas?`
          }
          action={asking === 1 ? "Aprovar" : "Aprovar todas"}
          onClose={() => setAsking(0)}
          act={async () => {
            const keys = await keysOf("/api/nfes?status=PENDENTE&held=false");
            void start(keys);
          }}
        >
          <p>
            Toda nota sem pendência é lançada no estoque, inclusive a que ainda não aparece na
            lista. Um gerente pode estornar depois.
          </p>
          {asking > MOST_AT_ONCE && (
            <p>De uma vez, no máximo {whole(MOST_AT_ONCE)}, da mais nova à mais antiga.</p>
          )}
        </Confirm>
      )}
      {refused.length > 0 && (
        <Dialog
          title={`${count(refused.length, "nota não foi aprovada", "notas não foram aprovadas")}`}
          onClose={() => setRefused([])}
        >
          <ul class="note-list notes-refused">
            {refused.map(({ access_key, message }) => (
              <li key={access_key}>
                <a href={`/notas?ver=todas&nota=${access_key}`} onClick={() => setRefused([])}>
                  nº {Number(access_key.slice(25, 34))} · série {Number(access_key.slice(22, 25))}
                </a>
                <span class="row-more">{masked(message ?? "")}</span>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
  return {
    start: (keys: readonly string[]) => void start(keys).catch(notifyFault),
    ask: setAsking,
    busy: said !== "",
    said,
    dialogs,
  };
}

const rowOf = (key: string): Element | null =>
  document.querySelector(`[data-key="${CSS.escape(key)}"]`);

const rowHasFocus = (key: string): boolean => rowOf(key)?.contains(document.activeElement) === true;

/** The key of the row below, or above. */
function keyBeside(key: string): string | null {
  const row = rowOf(key);
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  return next?.getAttribute("data-key") ?? null;
}

/** Moves the focus to a row's link. */
const focusRow = (key: string): void =>
  rowOf(key)?.querySelector<HTMLElement>("a.row-link")?.focus();
