/** A small Linux image out of this machine's own files, for hosts without a registry. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findProgram } from "../../process/isolation.ts";
import type { Engine } from "../engine/engine.ts";
import { inspectImage } from "../images.ts";

const run = promisify(execFile);

/** Rejects when there is no busybox that needs no library. */
export async function makeBaseImage(engine: Engine, name: string): Promise<{ sizeBytes: number }> {
  const busybox = findProgram("busybox");
  if (busybox === undefined)
    throw new Error("there is no busybox (apt-get install busybox-static)");
  const root = await mkdtemp(join(tmpdir(), "fogbank-base-"));
  try {
    for (const path of ["bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "usr", "var"])
      await mkdir(join(root, path));
    await cp(busybox, join(root, "bin", "busybox"));
    const { stdout: applets } = await run(busybox, ["--list"]);
    for (const applet of applets.trim().split("\n"))
      if (applet !== "busybox") await symlink("busybox", join(root, "bin", applet));
    for (const [path, to] of [
      ["sbin", "bin"],
      ["usr/bin", "../bin"],
      ["usr/sbin", "../bin"],
    ])
      await symlink(to!, join(root, path!));
    for (const program of ["bash", "curl"]) {
      const path = findProgram(program);
      if (path) await copyProgram(await realpath(path), join(root, "bin", program), root);
    }
    await copyProgram(await realpath(process.execPath), join(root, "bin", "node"), root);
    await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    await writeFile(join(root, "etc/group"), "root:x:0:\n");
    const tarball = join(root, "..", `${root.split("/").at(-1)}.tar`);
    await run("tar", ["-C", root, "-cf", tarball, "."]);
    try {
      const [repo, tag = "latest"] = name.split(":");
      const body = await readFile(tarball);
      await engine.call("POST", "/images/create", { query: { fromSrc: "-", repo, tag }, body });
    } finally {
      await rm(tarball);
    }
    return { sizeBytes: (await inspectImage(engine, name))!.Size };
  } finally {
    await rm(root, { recursive: true });
  }
}

/** The program and the libraries that it is linked with, at the paths where it looks for them. */
async function copyProgram(from: string, to: string, root: string): Promise<void> {
  await rm(to, { force: true });
  await cp(from, to);
  const { stdout } = await run("ldd", [from]).catch(() => ({ stdout: "" }));
  for (const [, path] of stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)) {
    await mkdir(join(root, dirname(path!)), { recursive: true });
    await cp(await realpath(path!), join(root, path!));
  }
}
