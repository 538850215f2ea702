/** The secret that belongs to a request's access key, whichever way it was signed. */
export interface Secret {
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Milliseconds since the epoch, system time. */
  readonly expiresMs?: number | undefined;
}
