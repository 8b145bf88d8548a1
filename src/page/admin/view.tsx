import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useAddress } from "../base/address.ts";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Tabs, View } from "../parts/view.tsx";

/** A part of the administration: what the address calls it (`?ver=`), and its file, read when it is first opened. */
interface Section {
  readonly name: string;
  readonly text: string;
  readonly load: () => Promise<{ default: ComponentType }>;
}

const COMPANY: Section = { name: "", text: "Empresa", load: () => import("./company.tsx") };
const SECTIONS: readonly Section[] = [
  COMPANY,
  { name: "impostos", text: "Impostos", load: () => import("./taxes.tsx") },
  { name: "unidades", text: "Unidades", load: () => import("./units.tsx") },
  { name: "usuarios", text: "Usuários", load: () => import("./users.tsx") },
  { name: "chaves", text: "Chaves", load: () => import("./keys.tsx") },
  { name: "email", text: "E-mail", load: () => import("./mail.tsx") },
  { name: "avisos", text: "Avisos", load: () => import("./alerts.tsx") },
  { name: "webhooks", text: "Webhooks", load: () => import("./webhooks.tsx") },
  { name: "certificado", text: "Certificado", load: () => import("./certificates.tsx") },
  { name: "sefaz", text: "SEFAZ", load: () => import("./sefaz.tsx") },
  { name: "auditoria", text: "Auditoria", load: () => import("./audit.tsx") },
];

const loaded = new Map<string, ComponentType>();

/** Administração: what a company decides, who may enter, and what was done. */
export default function AdminView() {
  const { param, path } = useAddress();
  const section = SECTIONS.find(({ name }) => name === param("ver")) ?? COMPANY;
  const tabs = SECTIONS.map(({ name, text }) => ({
    href: name === "" ? path : `${path}?ver=${name}`,
    text,
    current: name === section.name,
  }));
  return (
    <View title="Administração">
      <Tabs label="Partes da administração" tabs={tabs} />
      <div class="admin">
        <Part key={section.name} section={section} />
      </div>
    </View>
  );
}

function Part({ section }: { section: Section }) {
  const [, setRead] = useState(0);
  const [fault, setFault] = useState<unknown>(null);
  const Loaded = loaded.get(section.name);
  useEffect(() => {
    let here = true;
    if (loaded.has(section.name)) return;
    section.load().then(
      (module) => {
        loaded.set(section.name, module.default);
        if (here) setRead((many) => many + 1);
      },
      (why) => here && setFault(why),
    );
    return () => {
      here = false;
    };
  }, [section]);
  if (Loaded !== undefined) return <Loaded />;
  // A version that was replaced has lost its files: only a new page has those of the next one.
  if (fault !== null) return <ErrorBar fault={fault} again={() => location.reload()} />;
  return <Skeleton />;
}
