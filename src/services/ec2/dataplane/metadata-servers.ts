/** One metadata server per machine: started before the machine, found again after a restart, ended with it. */
import { serve } from "#http/server.ts";
import type { HttpServer } from "#http/http.ts";
import { collection, type Scope } from "#store/collection.ts";
import type { Environment } from "#services/kit/service.ts";
import { createImdsHandler } from "./imds.ts";
import type { MetadataSource } from "./metadata-source.ts";
import { createMetadataTokens } from "./metadata-tokens.ts";
import { signerOf } from "./identity/signers.ts";
import { targetLifecycleState } from "./lifecycle-state.ts";
import { createRoleCredentials } from "./role-credentials.ts";

/** Not 80, which the machine's own servers may want on all its addresses. */
const usualPort = 1338;

interface Listener {
  port: number;
}

/** Where a machine was told to look, so that it is served there again by the next Fogbank. */
const listeners = collection<Listener>("ec2", "metadata-listener");

export interface MetadataServers {
  /** "http://127.80.12.3:1338" for AWS_EC2_METADATA_SERVICE_ENDPOINT; undefined where the driver has no address for it. */
  start(scope: Scope, instanceId: string): Promise<string | undefined>;
  end(instanceId: string): Promise<void>;
  /** Serves every machine that an earlier Fogbank left running. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

export function createMetadataServers(env: Environment, source: MetadataSource): MetadataServers {
  const { compute, clock, random, store, log } = env;
  const servers = new Map<string, Promise<{ scope: Scope; server: HttpServer } | undefined>>();
  const roles = createRoleCredentials(env);

  const listen = async (scope: Scope, instanceId: string) => {
    const host = await compute.metadataHost(instanceId);
    if (host === undefined) return undefined;
    const handler = createImdsHandler({
      tokens: createMetadataTokens(clock.wall, random),
      describe: () => source.describe(scope, instanceId),
      roleOf: (facts) => roles.of(scope, facts),
      questions: {
        signer: () => signerOf(env, scope),
        targetLifecycleState: () => targetLifecycleState(env, scope, instanceId),
      },
    });
    const onError = (error: unknown) =>
      log.error("instance metadata failed", { instanceId, error });
    const remembered = await store.transaction((tx) => listeners.get(tx, scope, instanceId));
    const ports = remembered ? [remembered.port, 0] : [usualPort, 0];
    for (const port of ports)
      try {
        const server = await serve({ host, port, handler, wall: clock.wall, onError });
        if (server.port !== remembered?.port)
          await store.transaction((tx) =>
            listeners.put(tx, scope, [instanceId], { port: server.port }),
          );
        return { scope, server };
      } catch (error) {
        if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
        if (remembered)
          log.warn("a running instance will not find its metadata: the port was taken", {
            instanceId,
            port,
          });
      }
    return undefined;
  };
  const start = async (scope: Scope, instanceId: string) => {
    let starting = servers.get(instanceId);
    if (!starting) {
      starting = listen(scope, instanceId);
      servers.set(instanceId, starting);
      starting.catch(() => servers.delete(instanceId));
    }
    const started = await starting;
    return started && `http://${started.server.host}:${started.server.port}`;
  };
  const close = async (instanceId: string) => {
    const started = await servers.get(instanceId);
    servers.delete(instanceId);
    roles.forget(instanceId);
    await started?.server.close(0);
    return started?.scope;
  };
  return {
    start,
    async end(instanceId) {
      const scope = await close(instanceId);
      if (scope) await store.transaction((tx) => listeners.delete(tx, scope, instanceId));
    },
    async resume() {
      for (const { scope, instanceId } of await source.list())
        await start(scope, instanceId).catch((error: unknown) =>
          log.error("instance metadata could not be served", { instanceId, error }),
        );
    },
    async stop() {
      await Promise.all([...servers.keys()].map(close));
    },
  };
}
