/** The heads of a table: first those of texts, then those of figures, which stand to the right as their cells do. */
export function Heads(props: { texts: readonly string[]; figures: readonly string[] }) {
  return (
    <thead>
      <tr>
        {props.texts.map((head) => (
          <th key={head} scope="col">
            {head}
          </th>
        ))}
        {props.figures.map((head) => (
          <th key={head} scope="col" class="figure">
            {head}
          </th>
        ))}
      </tr>
    </thead>
  );
}
