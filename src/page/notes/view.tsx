import { Empty } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";

/** Notas: not built yet. */
export default function NotesView() {
  return (
    <View title="Notas">
      <Empty icon="info" title="Esta tela ainda não está pronta." />
    </View>
  );
}
