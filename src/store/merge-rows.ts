/** Two layers of rows as one sequence. */
import type { EncodedKey } from "./keys.ts";
import type { Row, Stored } from "./backend.ts";

/** A row of an upper layer; without a value it hides what lies below. */
export interface UpperRow {
  key: EncodedKey;
  stored: Stored | undefined;
}

/** Both layers in the order in which they come; a row of the upper layer hides the lower one's. */
export function* mergeRows(
  lower: Iterable<Row>,
  upper: Iterator<UpperRow>,
  reverse: boolean,
): Generator<Row> {
  let mine = upper.next();
  for (const row of lower) {
    let hidden = false;
    while (!mine.done && !hidden) {
      const { key, stored } = mine.value;
      if (reverse ? key < row.key : key > row.key) break;
      hidden = key === row.key;
      if (stored !== undefined) yield { key, stored };
      mine = upper.next();
    }
    if (!hidden) yield row;
  }
  for (; !mine.done; mine = upper.next())
    if (mine.value.stored !== undefined) yield { key: mine.value.key, stored: mine.value.stored };
}
