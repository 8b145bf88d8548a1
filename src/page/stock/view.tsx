import { Empty } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";

/** Estoque: not built yet. */
export default function StockView() {
  return (
    <View title="Estoque">
      <Empty icon="info" title="Esta tela ainda não está pronta." />
    </View>
  );
}
