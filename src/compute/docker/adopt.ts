/** Finds what an earlier Fogbank left in the engine: machines to take over, remains to remove. */
import { hasNeverRun, type MachineRecord } from "./container.ts";
import { ignoreMissing } from "./images.ts";
import { labelFilter, labels } from "./labels.ts";
import {
  DockerMachine,
  inspectContainer,
  readRecord,
  type MachineSurroundings,
} from "./machine.ts";
import type { Networks } from "./networks.ts";

interface Adopted {
  machine: DockerMachine;
  /** The loopback address that its metadata had. */
  metadataHost: string | undefined;
}

export async function adoptMachines(given: {
  around: MachineSurroundings;
  cloud: string;
  networks: Networks;
}): Promise<Adopted[]> {
  const { around, cloud, networks } = given;
  const { engine, log } = around;
  const filters = labelFilter(`${labels.cloud}=${cloud}`);
  const found = await engine.json<{ Id: string }[]>("GET", "/containers/json", {
    query: { all: true, filters },
  });
  const adopt = async (container: string): Promise<Adopted | undefined> => {
    const inspected = await inspectContainer(engine, container);
    if (!inspected) return undefined;
    // A launch that was cut short leaves nothing, so that it is made again.
    const record = hasNeverRun(inspected) ? undefined : await readRecord(engine, container);
    if (!record) {
      await engine
        .call("DELETE", `/containers/${container}`, { query: { force: true } })
        .catch(ignoreMissing);
      return undefined;
    }
    const network = await networks.ensure(record.spec.network);
    const machine = new DockerMachine({ container, network, record, state: "running" }, around);
    await machine.settle(inspected);
    return { machine, metadataHost: metadataHostOf(record) };
  };
  const adopted = (await Promise.all(found.map(({ Id }) => adopt(Id)))).filter(
    (one) => one !== undefined,
  );
  const inUse = new Set(adopted.map(({ machine }) => machine.id));
  const { Volumes } = await engine.json<{
    Volumes: { Name: string; Labels: Record<string, string> }[] | null;
  }>("GET", "/volumes", { query: { filters } });
  for (const { Name, Labels } of Volumes ?? [])
    if (!inUse.has(Labels[labels.machine] ?? ""))
      await engine.call("DELETE", `/volumes/${Name}`).catch(ignoreMissing);
  if (adopted.length > 0) log.info("machines were found again", { count: adopted.length });
  return adopted;
}

function metadataHostOf({ spec }: MachineRecord): string | undefined {
  const url = URL.parse(spec.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "");
  return url?.hostname;
}
