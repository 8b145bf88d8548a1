import { Empty } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";

/** Administração: not built yet. */
export default function AdminView() {
  return (
    <View title="Administração">
      <Empty icon="info" title="Esta tela ainda não está pronta." />
    </View>
  );
}
