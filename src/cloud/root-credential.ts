/** The access key of the cloud's own account, with which the first user can be made. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "#runtime/random.ts";
import { rootPrincipal } from "#services/kit/principal.ts";
import type { Credential } from "#services/kit/service.ts";
import { OptionError, type CloudOptions } from "./options.ts";

const fileName = "root-credential.json";
const upperAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const secretAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The account of callers who name no other. */
export const defaultAccount = "000000000000";

interface Stored {
  accessKeyId: string;
  secretAccessKey: string;
}

/**
 * Reads the key from the data directory, or makes one and keeps it there, readable by its owner
 * alone. FOGBANK_ROOT_ACCESS_KEY_ID and FOGBANK_ROOT_SECRET_ACCESS_KEY take precedence.
 */
export async function openRootCredential(
  { dataDir, region }: CloudOptions,
  random: Random,
): Promise<Credential> {
  const stored = fromEnvironment() ?? (await fromFile(dataDir)) ?? generate(random);
  if (dataDir !== undefined) await keep(dataDir, stored);
  return { ...stored, principal: rootPrincipal(defaultAccount, region, stored.accessKeyId) };
}

function fromEnvironment(): Stored | undefined {
  const { FOGBANK_ROOT_ACCESS_KEY_ID: id, FOGBANK_ROOT_SECRET_ACCESS_KEY: secret } = process.env;
  return id && secret ? { accessKeyId: id, secretAccessKey: secret } : undefined;
}

async function fromFile(dataDir: string | undefined): Promise<Stored | undefined> {
  if (dataDir === undefined) return undefined;
  const path = join(dataDir, fileName);
  try {
    return JSON.parse(await readFile(path, "utf8")) as Stored;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new OptionError(
      `${path} holds no key any more; take it away, and there will be a new one`,
    );
  }
}

function generate(random: Random): Stored {
  return {
    accessKeyId: `AKIA${random.string(16, upperAndDigits)}`,
    secretAccessKey: random.string(40, secretAlphabet),
  };
}

async function keep(dataDir: string, stored: Stored): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, fileName);
  await writeFile(`${path}.new`, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
