import { Empty } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";

/** Exportações: not built yet. */
export default function ExportsView() {
  return (
    <View title="Exportações">
      <Empty icon="info" title="Esta tela ainda não está pronta." />
    </View>
  );
}
