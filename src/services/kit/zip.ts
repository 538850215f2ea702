/** Deployment packages made on the spot: of code in a template, and of tests. */
import { zipSync, type Zippable } from "fflate";

/** Who made the file: Unix, so that the upper half of the attributes is a mode. */
const unix = 3;
const regularFile = 0o100644;
/** The first moment that zip files know, so that the same files are always the same bytes. */
const modified = "1980-01-01T00:00:00";

/** Contents by path; `modes` are Unix modes of files that need one, such as 0o100755. */
export function zip(
  files: Readonly<Record<string, string | Uint8Array>>,
  modes: Readonly<Record<string, number>> = {},
): Uint8Array {
  const entries: Zippable = {};
  for (const [path, content] of Object.entries(files))
    entries[path] = [
      // A copy where it is text, as the library asks for a plain array of bytes.
      typeof content === "string" ? new TextEncoder().encode(content) : content,
      { os: unix, attrs: ((modes[path] ?? regularFile) << 16) >>> 0, mtime: modified },
    ];
  return zipSync(entries);
}
