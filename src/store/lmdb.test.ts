import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openLmdbStore } from "./lmdb.ts";
import { describeStore } from "./store.suite.ts";

const directory = mkdtempSync(join(tmpdir(), "fogbank-store-"));
after(() => rmSync(directory, { recursive: true }));

describeStore({
  name: "the LMDB store",
  open: () => openLmdbStore({ path: join(directory, "process"), durability: "process" }),
});
describeStore({
  name: "the LMDB store with fsync",
  open: () => openLmdbStore({ path: join(directory, "fsync"), durability: "fsync" }),
});
describeStore({
  name: "the LMDB store that folds its journal all the time",
  open: () =>
    openLmdbStore({ path: join(directory, "folding"), durability: "process", foldBytes: 300 }),
});
