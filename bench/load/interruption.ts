/**
 * Ctrl-C and SIGTERM as a signal on which waits can break off, so that `finally` ends machines and
 * servers. A second one ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new Error(`the benchmark was ended by ${signal}`));
    });
  return controller.signal;
}
