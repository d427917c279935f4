/** What the server answers over HTTP: descriptions for people and tools. Games are played over WebSocket (connection.ts). */
import { spiralVersion } from "../util/package.ts";
import type { Offer } from "./offer.ts";
import { SELF } from "./offer.ts";

interface Page {
  readonly status: number;
  readonly body: unknown;
}

const text = { type: "string" };
const seat = { type: "integer", enum: [0, 1] };
const metadata = { type: "object", additionalProperties: true, default: {} };

/** JSON Schemas. An action has exactly one required field: then clients take what a model writes for that field. */
const SCHEMA = {
  action: {
    title: "SpiralAction",
    type: "object",
    required: ["message"],
    properties: {
      message: { ...text, description: "What the player says. Its action stands in \\boxed{}, or in square brackets." },
      metadata,
    },
  },
  observation: {
    title: "SpiralObservation",
    type: "object",
    properties: {
      prompt: { ...text, description: "What the player reads." },
      messages: {
        type: "array",
        description: "The same as a conversation.",
        items: { type: "object", properties: { role: { enum: ["user", "assistant"] }, content: text } },
      },
      current_player_id: { ...seat, description: "The seat to move." },
      role: { ...text, description: "The name of that seat." },
      legal_actions: { type: "array", items: text },
      info: {
        type: "object",
        description: "illegal: why the last answer was no action. At the end: returns of both seats, forfeit, episode.",
      },
      done: { type: "boolean" },
      reward: { type: ["number", "null"] },
      metadata,
    },
  },
  state: {
    title: "SpiralState",
    type: "object",
    additionalProperties: true,
    properties: { episode_id: { type: ["string", "null"] }, step_count: { type: "integer" } },
  },
};

const at = (method: string, summary: string) => ({
  [method]: { summary, responses: { 200: { description: "JSON" } } },
});
const BY_SOCKET = "Answers 400: a session is a connection to /ws.";
const OPENAPI = {
  openapi: "3.1.0",
  paths: {
    "/reset": at("post", BY_SOCKET),
    "/step": at("post", BY_SOCKET),
    "/state": at("get", BY_SOCKET),
    "/health": at("get", "Whether the server runs."),
    "/metadata": at("get", "Name, version, games and opponents."),
    "/schema": at("get", "JSON Schemas of actions, observations and states."),
    "/mcp": at("post", "Answers with an error of JSON-RPC: there are no tools."),
  },
};

/** The answer to a request; undefined if there is no such page. */
export function pageFor(method: string, path: string, offer: Offer): Page | undefined {
  switch (`${method} ${path}`) {
    case "GET /health":
      return { status: 200, body: { status: "healthy" } };
    case "GET /metadata":
      return { status: 200, body: metadataOf(offer) };
    case "GET /schema":
      return { status: 200, body: SCHEMA };
    case "GET /openapi.json":
      return { status: 200, body: { ...OPENAPI, info: { title: "Spiral", version: spiralVersion() } } };
    case "POST /mcp":
      return {
        status: 200,
        body: { jsonrpc: "2.0", id: null, error: { code: -32600, message: "There are no tools here: play at /ws." } },
      };
    case "POST /reset":
    case "POST /step":
    case "GET /state":
      return {
        status: 400,
        body: { detail: `A session is a connection: open a WebSocket to /ws and send ${path.slice(1)} there.` },
      };
    default:
      return undefined;
  }
}

const metadataOf = ({ games, opponents }: Offer) => ({
  name: "spiral",
  description: `Two-player zero-sum games with exact rules: ${games.map(({ title }) => title).join("; ")}.`,
  version: spiralVersion(),
  games: games.map((game) => ({
    id: game.id,
    title: game.title,
    roles: game.roles,
    utility: game.utility,
    opponents: [
      ...opponents.filter(({ players }) => players.every(({ plays }) => plays(game))).map(({ name }) => name),
      SELF,
    ],
  })),
});
