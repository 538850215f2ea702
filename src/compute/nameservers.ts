/** Where this host asks for names, as a machine's resolv.conf has it; they stand for a network's own resolver. */
import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";

export function nameserversOfHost(): string[] {
  const found = new Set<string>();
  for (const path of ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"])
    try {
      for (const line of readFileSync(path, "utf8").split("\n")) {
        const [word, address = ""] = line.trim().split(/\s+/);
        if (word === "nameserver" && isIPv4(address)) found.add(address);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  return [...found];
}
