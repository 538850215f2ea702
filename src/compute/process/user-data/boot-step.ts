/** One thing that a machine does at boot; a plan is a list of them. */
export type BootStep =
  /** A line for the console. */
  | { kind: "warning"; module: string; text: string }
  | {
      kind: "file";
      path: string;
      content: Uint8Array;
      /** Octal digits such as "0644". */
      permissions: string;
      /** "user:group" or "user"; undefined leaves it root's. */
      owner: string | undefined;
      append: boolean;
    }
  | {
      kind: "script";
      /** The name of its file, and how the console speaks of it. */
      name: string;
      content: Uint8Array;
      /** cloud-init's module, which names the step's semaphore. */
      module: string;
      every: "boot" | "instance";
    }
  | { kind: "hostname"; name: string }
  | { kind: "stage"; name: "init" | "modules:config" | "modules:final" };
