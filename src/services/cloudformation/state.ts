/** What CloudFormation keeps in memory and may lose. */
import type { Environment, Principal } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { createTypeCatalog, type TypeCatalog } from "./resource-types/catalog.ts";
import type { ResourceType } from "./resource-types/resource-type.ts";
import { revisions, type StackRecord } from "./records.ts";
import { buildProgram, type Program } from "./stack/program.ts";

export interface Pace {
  nextMs: number;
  delayMs: number;
}

export interface CloudFormationState {
  readonly catalog: TypeCatalog;
  /** The program of one of a stack's revisions. */
  program(scope: Scope, stack: StackRecord, revision: number): Promise<Program>;
  /** Tokens of creations that this process recorded and has not tried yet. */
  readonly untried: Set<string>;
  /** When to ask again about resources that are not ready, by token. */
  readonly paces: Map<string, Pace>;
}

/** What preparing a deployment needs of a request, and of a parent stack. */
export type DeploymentContext = Environment &
  Scope & { readonly principal: Principal; readonly state: Pick<CloudFormationState, "catalog"> };

const mostPrograms = 50;

export function createState(
  env: Environment,
  ownTypes: readonly ResourceType[] = [],
): CloudFormationState {
  const catalog = createTypeCatalog(ownTypes);
  const programs = new Map<string, Program>();
  return {
    catalog,
    untried: new Set(),
    paces: new Map(),
    async program(scope, stack, number) {
      const key = `${stack.uuid}/${number}`;
      const present = programs.get(key);
      if (present) return present;
      const revision = await env.store.transaction((tx) =>
        revisions.get(tx, scope, stack.uuid, number),
      );
      if (!revision) throw new Error(`stack ${stack.name} has no revision ${number}`);
      const program = await buildProgram(
        revision,
        { arn: stack.arn, name: stack.name, scope },
        catalog,
      );
      const [oldest] = programs.keys();
      if (programs.size >= mostPrograms && oldest !== undefined) programs.delete(oldest);
      programs.set(key, program);
      return program;
    },
  };
}
