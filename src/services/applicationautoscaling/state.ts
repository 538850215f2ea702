/** What Application Auto Scaling may lose: its connections to custom resources. */
import { createHttpClient, type HttpClient } from "#http/client.ts";
import type { Context, Environment } from "#services/kit/service.ts";

export interface ScalingState {
  readonly http: HttpClient;
}

export type ScalingContext = Context<ScalingState>;

export function createScalingState({ clock }: Environment): ScalingState {
  return { http: createHttpClient({ wall: clock.wall }) };
}
