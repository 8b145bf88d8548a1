import { Empty } from "../parts/states.tsx";
import { View } from "../parts/view.tsx";

/** De-para: not built yet. */
export default function MappingView() {
  return (
    <View title="De-para">
      <Empty icon="info" title="Esta tela ainda não está pronta." />
    </View>
  );
}
