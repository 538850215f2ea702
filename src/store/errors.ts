/** The disk no longer takes writes, or its contents cannot be trusted. The store accepts nothing more. */
export class StoreFailedError extends Error {
  override name = "StoreFailedError";
}

/** Another process has the data directory open. */
export class StoreLockedError extends Error {
  override name = "StoreLockedError";
}
