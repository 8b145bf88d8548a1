import { Empty } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";

/** Empresas: not built yet. */
export default function CompaniesView() {
  return (
    <View title="Empresas">
      <Empty icon="info" title="Esta tela ainda não está pronta." />
    </View>
  );
}
