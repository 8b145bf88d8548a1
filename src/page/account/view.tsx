import { useAddress } from "../base/address.ts";
import { useOld } from "../base/live.ts";
import { useRead } from "../base/read.ts";
import { Tabs, View } from "../parts/view.tsx";
import { type Asked, Confirmations } from "./confirmations.tsx";
import { OwnData } from "./own-data.tsx";

/** Minha conta: a person's own password and choices, and what assistants ask this person to confirm. */
export default function AccountView() {
  const { param, path } = useAddress();
  const asked = useRead<{ readonly data: readonly Asked[] }>("/api/confirmations");
  useOld(["confirmation."], asked.again);
  const waiting = asked.value?.data.length ?? null;
  const atAsked = param("ver") === "confirmacoes";
  return (
    <View title="Minha conta">
      <Tabs
        label="Partes da conta"
        tabs={[
          { href: path, text: "Meus dados", current: !atAsked },
          {
            href: `${path}?ver=confirmacoes`,
            text: "Confirmações",
            current: atAsked,
            ...(waiting === 0 ? {} : { count: waiting, tone: "hold" }),
          },
        ]}
      />
      <div class="account">{atAsked ? <Confirmations asked={asked} /> : <OwnData />}</div>
    </View>
  );
}
