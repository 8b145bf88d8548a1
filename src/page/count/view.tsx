import { Empty } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";

/** Contagem: not built yet. */
export default function CountView() {
  return (
    <View title="Contagem">
      <Empty icon="info" title="Esta tela ainda não está pronta." />
    </View>
  );
}
