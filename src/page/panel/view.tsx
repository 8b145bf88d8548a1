import { Empty } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";

/** Painel: not built yet. */
export default function PanelView() {
  return (
    <View title="Painel">
      <Empty icon="info" title="Esta tela ainda não está pronta." />
    </View>
  );
}
