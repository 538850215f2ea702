/** Form bodies as trees: `Tag.1.Key=a&Tag.1.Value=b` is a tree of three levels. */

export interface FormNode {
  value: string | undefined;
  children: Map<string, FormNode> | undefined;
}

/** More levels than any AWS shape has; deeper names would only serve to exhaust us. */
const deepestName = 64;

export function parseForm(text: string): FormNode {
  const root: FormNode = { value: undefined, children: undefined };
  const decodeText = text.includes("%") || text.includes("+") ? decodeFormText : asIs;
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf("&", start);
    if (end < 0) end = text.length;
    if (end > start) {
      let equals = text.indexOf("=", start);
      if (equals < 0 || equals > end) equals = end;
      const name = decodeText(text.slice(start, equals));
      insert(root, name, decodeText(text.slice(equals + 1, end)));
    }
    start = end + 1;
  }
  return root;
}

function asIs(text: string): string {
  return text;
}

/** Percent-decoding that leaves what is no valid escape as it stands. */
export function decodeFormText(text: string): string {
  const spaced = text.includes("+") ? text.replaceAll("+", " ") : text;
  if (!text.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

function insert(root: FormNode, name: string, value: string): void {
  let node = root;
  let start = 0;
  for (let depth = 0; depth < deepestName; depth++) {
    const dot = name.indexOf(".", start);
    const label = dot < 0 ? name.slice(start) : name.slice(start, dot);
    node.children ??= new Map();
    let child = node.children.get(label);
    if (!child) {
      child = { value: undefined, children: undefined };
      node.children.set(label, child);
    }
    node = child;
    if (dot < 0) break;
    start = dot + 1;
  }
  node.value ??= value;
}

/** Children with numbers for names, in the order of the numbers: a list's items. */
export function numbered(node: FormNode): FormNode[] {
  if (!node.children) return [];
  const found: [number, FormNode][] = [];
  for (const [label, child] of node.children)
    if (/^\d{1,9}$/.test(label)) found.push([Number(label), child]);
  return found.toSorted(([a], [b]) => a - b).map(([, child]) => child);
}
