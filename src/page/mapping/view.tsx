import { useAddress } from "../base/address.ts";
import { may } from "../base/session.ts";
import { Tabs, View } from "../parts/view.tsx";
import { FileMenu } from "./file-menu.tsx";
import { Standing } from "./standing.tsx";
import { Waiting } from "./waiting.tsx";

/** De-para: which of our products a supplier's item is. Items that wait, and the mappings that stand. */
export default function MappingView() {
  const { param } = useAddress();
  const standing = param("ver") === "gravados";
  return (
    <View title="De-para" beside={<FileMenu writes={may("manage")} />}>
      <div class="mapping">
        <Tabs
          label="Itens de fornecedores"
          tabs={[
            { href: "/de-para", text: "Esperando", current: !standing },
            { href: "/de-para?ver=gravados", text: "Gravados", current: standing },
          ]}
        />
        {standing ? <Standing /> : <Waiting />}
      </div>
    </View>
  );
}
