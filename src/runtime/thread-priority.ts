/** Which thread goes first where there is one processor for several. */
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Of Linux's -20 (goes first) to 19. */
const urgent = -10;

/**
 * Lets the calling thread go before the others of this process, which wait until it has nothing to do. False where
 * that is not ours to decide: it takes root, and Linux, whose `setpriority` is about threads and not processes.
 * https://man7.org/linux/man-pages/man2/setpriority.2.html (C library/kernel differences)
 */
export function hurryThisThread(): boolean {
  if (process.platform !== "linux") return false;
  try {
    // "PID/task/TID"
    const id = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(id, urgent);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EACCES" || code === "ERR_SYSTEM_ERROR") return false;
    throw error;
  }
}
