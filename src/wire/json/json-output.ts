/**
 * An output whose JSON is known without being encoded, for it was stored as clients are sent it. Its
 * members are there as in any other output, for those who call in this process.
 */
export abstract class JsonOutput {
  abstract toJson(): string;

  /** The CRC-32 of that, if it is known already. */
  checksum(): number | undefined {
    return undefined;
  }
}
