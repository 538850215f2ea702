/** Says in a sentence why Fogbank could not start, where the user can do something about it. */
import type { CloudOptions } from "#cloud/options.ts";
import { HostUnavailable } from "#compute/driver.ts";
import { StoreLockedError } from "#store/errors.ts";

/** Undefined for everything else: then it is Fogbank's own fault, and the whole error is of use. */
export function whyNotStarted(
  error: unknown,
  { host, port, dataDir = "" }: Pick<CloudOptions, "host" | "port" | "dataDir">,
): string | undefined {
  if (error instanceof StoreLockedError || error instanceof HostUnavailable) return error.message;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === "listen")
    switch (code) {
      case "EADDRINUSE":
        return `port ${port} on ${host} is in use; stop what listens there, or choose another with --port`;
      case "EACCES":
        return `this user may not listen on port ${port}; choose one above 1023 with --port`;
      case "EADDRNOTAVAIL":
        return `this host does not have the address ${host}`;
    }
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `this user may not write to the data directory ${dataDir}: ${message}`;
    case "EEXIST":
    case "ENOTDIR":
      return `the data directory ${dataDir} cannot be made: ${message}`;
    case "ENOSPC":
      return `the disk of the data directory ${dataDir} is full`;
  }
  return undefined;
}
