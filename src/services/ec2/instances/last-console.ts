/** What a machine printed before its end; its instance is shown for an hour longer. */
import { collection } from "#store/collection.ts";

export interface LastConsole {
  text: string;
  /** When it was taken from the machine. */
  takenMs: number;
}

/** Under the instance's id, from the end of its machine until the instance is forgotten. */
export const lastConsoles = collection<LastConsole>("ec2", "last-console");
